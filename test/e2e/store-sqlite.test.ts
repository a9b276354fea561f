import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StoreError, type EvidenceStore } from "../../gateway/store/evidence-store.ts";
import { sqliteStore } from "../../gateway/store/sqlite.ts";
import { AT, batch, filed, increment } from "../contract/evidence-store-examples.ts";
import { batchesIn, startWriting } from "./store-writing.ts";

const ROOT = resolve(import.meta.dirname, "../..");
let folder: string;
let file: string;
let open: EvidenceStore[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evidence-"));
  file = join(folder, "evidence.db");
  open = [];
});
afterEach(async () => {
  for (const store of open) await store.close();
  rmSync(folder, { recursive: true });
});
const storeAt = (options: Parameters<typeof sqliteStore>[0]) => {
  const store = sqliteStore(options);
  open.push(store);
  return store;
};
const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
};

describe("a SQLite file whose writers are killed", () => {
  it(
    "is whole after each of 25 kills, has all that was acknowledged and nothing half",
    { timeout: 120_000 },
    async () => {
      let [tried, written] = [0, 0];
      for (let kills = 0; kills < 25; kills++) {
        const writing = startWriting({ file });
        await vi.waitFor(() => expect(writing.written.size).toBeGreaterThan(0), { timeout: 20_000 });
        await pause(Math.random() * 60);
        await writing.kill();
        tried += writing.tried.size;
        written += writing.written.size;

        const db = new DatabaseSync(file);
        expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
        const counted = db.prepare("SELECT count(*) AS n FROM batches").get()!["n"];
        expect(db.prepare("SELECT count(*) AS n FROM samples").get()!["n"]).toBe(counted);
        db.close();
        const store = sqliteStore({ file });
        await store.start();
        const batches = [...(await batchesIn(store))];
        await store.close();
        expect(batches).toEqual([counted]);
        expect(batches[0]).toBeGreaterThanOrEqual(written);
        expect(batches[0]).toBeLessThanOrEqual(tried);
      }
      expect(written).toBeGreaterThan(100);
    },
  );
});

describe("a file that is not ours to write", () => {
  it.each([
    ["text", () => writeFileSync(file, "orders,prices\n"), /is no SQLite file/],
    ["longer text", () => writeFileSync(file, "x".repeat(100_000)), /is no SQLite file/],
    [
      "somebody else's database",
      () => new DatabaseSync(file).exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)"),
      /database of something else/,
    ],
  ])("stays as it is: %s", async (_name, make, message) => {
    make();
    const before = readFileSync(file);
    const { message: said, mayPass } = await failureOf(storeAt({ file }).start());
    expect(said).toMatch(message);
    expect(said).toContain(file);
    expect(mayPass).toBe(false);
    expect(readFileSync(file)).toEqual(before);
  });

  it("stays as it is when a newer release wrote it", async () => {
    const store = storeAt({ file });
    await store.start();
    await store.close();
    const db = new DatabaseSync(file);
    db.exec("PRAGMA user_version = 99");
    db.close();
    expect((await failureOf(storeAt({ file }).start())).message).toMatch(/newer release.*version 99/);
  });

  it("says that it is damaged and what to do", async () => {
    const store = storeAt({ file });
    await store.start();
    await store.append(batch({ samples: Array.from({ length: 50 }, () => filed()) }));
    await store.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xaa, 200, bytes.length - 100));
    const damaged = storeAt({ file });
    const { message } = await failureOf(damaged.start().then(() => damaged.samples({})));
    expect(message).toMatch(/damaged.*move it/);
  });

  it("says that it may not be written", async () => {
    expect(
      (await failureOf(storeAt({ file: join(folder, "evidence.db", "x", "\0") }).start())).message,
    ).toContain("cannot be used");
  });
});

describe("a full disk", () => {
  it("refuses a batch whole, and takes it once there is room", async () => {
    const store = storeAt({ file, maxBytes: 2_000_000 });
    await store.start();
    const body = Buffer.alloc(100_000, 7);
    const large = () => filed({ request: { method: "PUT", target: "/", headers: [], body } });
    for (let i = 0; i < 10; i++) await store.append(batch({ increments: [increment()], samples: [large()] }));
    const tooMuch = batch({ increments: [increment()], samples: Array.from({ length: 15 }, large) });
    const { message, mayPass } = await failureOf(store.append(tooMuch));
    expect(message).toMatch(/full.*make room/);
    expect(mayPass).toBe(true);
    expect((await store.summaries({}))[0]!.counts.compared).toBe(10);

    await store.forget({ countsForMs: 1e12, samplesForMs: 1e12, samplesMaxBytes: 0 }, AT);
    await store.append(tooMuch);
    expect((await store.summaries({}))[0]!.counts.compared).toBe(11);
    expect(statSync(file).size).toBeLessThanOrEqual(2_000_000);
  });

  it("gives what was forgotten back to the disk", async () => {
    const store = storeAt({ file });
    await store.start();
    const body = Buffer.alloc(1_000_000, 7);
    await store.append(
      batch({ samples: [filed({ request: { method: "PUT", target: "/", headers: [], body } })] }),
    );
    await store.forget({ countsForMs: 1e12, samplesForMs: 1e12, samplesMaxBytes: 0 }, AT);
    await store.close();
    expect(statSync(file).size).toBeLessThan(300_000);
  });
});

describe("a file of samples", () => {
  it("can be read by its owner only", async () => {
    const store = storeAt({ file });
    await store.start();
    await store.append(batch({ samples: [filed()] }));
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(`${file}-wal`).mode & 0o077).toBe(0);
  });
});

describe("compiled", () => {
  it("finds its worker, too", { timeout: 60_000 }, () => {
    const out = join(folder, "dist");
    execFileSync(
      join(ROOT, "node_modules/.bin/tsc"),
      ["-p", "tsconfig.build.json", "--outDir", out, "--noCheck"],
      { cwd: ROOT },
    );
    cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
    const script = `
      import { sqliteStore } from ${JSON.stringify(join(out, "store/sqlite.js"))};
      const store = sqliteStore({ file: ${JSON.stringify(file)} });
      await store.start();
      await store.append({ id: "1", at: 0, increments: [], samples: [] });
      console.log(JSON.stringify(await store.summaries({})));
      await store.close();`;
    writeFileSync(join(folder, "run.mjs"), script);
    execFileSync("ln", ["-s", join(ROOT, "node_modules"), join(folder, "node_modules")]);
    expect(execFileSync(process.execPath, [join(folder, "run.mjs")], { encoding: "utf8" }).trim()).toBe("[]");
  });
});
