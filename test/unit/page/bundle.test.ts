import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundlePage } from "../../../page/bundle.ts";

const SERVED = join(import.meta.dirname, "../../../gateway/admin/page-assets");
const MOST_GZIPPED_BYTES = 60 * 1024;

it("serves the page that its source says (mend it by: npm run build:page)", async () => {
  const built = await bundlePage();
  const older = Object.entries(built).filter(
    ([name, text]) => readFileSync(join(SERVED, name), "utf8") !== text,
  );
  expect(older.map(([name]) => name)).toEqual([]);
});

it("bundles the same bytes again", async () => {
  expect(await bundlePage()).toEqual(await bundlePage());
});

it("stays small enough for a slow tunnel", async () => {
  const sizes = Object.values(await bundlePage()).map((text) => gzipSync(text, { level: 9 }).length);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(MOST_GZIPPED_BYTES);
});

it("asks nobody else for anything, and turns no text into markup or code", async () => {
  const all = Object.values(await bundlePage()).join("\n");
  const elsewhere = [...all.matchAll(/https?:\/\/[\w.-]+/g)].map(([url]) => url);
  // Names of XML's vocabularies, which nobody fetches, and the gateway in commands to copy.
  const named = new Set(["http://www.w3.org", "http://127.0.0.1"]);
  expect(elsewhere.filter((url) => !named.has(url))).toEqual([]);
  const script = (await bundlePage())["page.js"];
  expect(script).not.toMatch(/insertAdjacentHTML|outerHTML|document\.write|\beval\(|new Function/);
});
