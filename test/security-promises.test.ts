import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** SECURITY.md promises nothing that no test holds. */

const ROOT = join(import.meta.dirname, "..");
const page = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
const rows = [...page.matchAll(/^\| (.+?) \| `(test\/[^`]+)` \| (.+?) \|$/gm)].map(
  ([, promise = "", file = "", title = ""]) => ({ promise, file, title }),
);
const textOf = (file: string) =>
  existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), "utf8").replaceAll(/\s+/g, " ") : "";

describe("what SECURITY.md promises", () => {
  it("is in all rows of its tables", () => {
    const lines = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| promise |"));
    expect(rows.length).toBe(lines.filter((line) => !line.startsWith("| wound |")).length);
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows)("is held: $promise ($file)", ({ file, title }) => {
    expect(textOf(file).includes(title), `${file} has "${title}"`).toBe(true);
  });
});

it("every CVE that SECURITY.md lists is named by a test", () => {
  const listed = new Set(page.match(/CVE-\d{4}-\d+/g));
  const tests = globSync("test/edge/**/*.ts", { cwd: ROOT }).map(textOf).join("\n");
  expect(listed.size).toBeGreaterThanOrEqual(11);
  expect([...listed].filter((cve) => !tests.includes(cve))).toEqual([]);
});
