import { appendFile, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileAudit } from "../../gateway/audit/file-audit.ts";
import { adminServer, type AdminServer } from "../../gateway/admin/server.ts";
import { fakeParts } from "../unit/admin/fake-parts.ts";
import { INTENT, logFolder } from "../unit/audit/sample-log.ts";

/** The audit log as operators read it from afar. */

interface Page {
  readonly entries: readonly { readonly seq: number; readonly kind: string; readonly by: string }[];
  readonly matching: number;
  readonly chain: { readonly holds: boolean; readonly records: number };
}

let place: Awaited<ReturnType<typeof logFolder>>;
let server: AdminServer;

beforeEach(async () => {
  place = await logFolder();
  const log = fileAudit({ path: place.path, clock: { now: () => Date.now() } });
  for (const [n, route] of ["a", "b", "a", "b", "a"].entries()) {
    const moves = [{ route, from: null, to: null }];
    const { id } = await log.begin({ ...INTENT, by: `ann-${n}`, moves });
    await log.end(id, { kind: "made", flagVersion: String(n), notes: [] });
  }
  const { parts } = await fakeParts({ auditFile: place.path });
  server = await adminServer(parts, { host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  await server.close();
  await place[Symbol.asyncDispose]();
});

async function page(query: string): Promise<Page> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/audit${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}
const namesOn = ({ entries }: Page) => entries.map(({ by }) => by);

describe("the audit log, read from afar", () => {
  it("comes newest first, with how each change ended and whether the chain holds", async () => {
    const all = await page("");
    expect(namesOn(all)).toEqual(["ann-4", "ann-3", "ann-2", "ann-1", "ann-0"]);
    expect(all).toMatchObject({ matching: 5, unreadableLines: 0, chain: { holds: true, records: 10 } });
    expect(all.entries[0]).toMatchObject({ kind: "intended", outcome: { kind: "made", flagVersion: "4" } });
  });

  it("comes in pages, each from where the one before ended", async () => {
    const names: string[] = [];
    let query = "?limit=2";
    for (;;) {
      const next = await page(query);
      if (next.entries.length === 0) break;
      names.push(...namesOn(next));
      query = `?limit=2&before=${next.entries.at(-1)!.seq}`;
    }
    expect(names).toEqual(["ann-4", "ann-3", "ann-2", "ann-1", "ann-0"]);
  });

  it("can be of one route", async () => {
    expect(namesOn(await page("?route=b"))).toEqual(["ann-3", "ann-1"]);
  });

  it("says so when somebody changed it", async () => {
    const text = await readFile(place.path, "utf8");
    await writeFile(place.path, text.replace("ann-1", "eve-1"));
    expect((await page("")).chain).toMatchObject({ holds: false, broken: { line: 3 }, records: 2 });
    await appendFile(place.path, "not a record\n");
    expect(await page("")).toMatchObject({ unreadableLines: 2 });
  });

  it("is empty where nothing was changed yet", async () => {
    const { parts } = await fakeParts({ auditFile: `${place.folder}/none.ndjson` });
    const fresh = await adminServer(parts, { host: "127.0.0.1", port: 0 });
    const answer = await fetch(`http://127.0.0.1:${fresh.port}/api/audit`);
    expect(await answer.json()).toMatchObject({
      entries: [],
      matching: 0,
      chain: { holds: true, records: 0 },
    });
    await fresh.close();
  });
});
