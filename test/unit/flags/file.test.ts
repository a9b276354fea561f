import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileFlags, type FileFlags } from "../../../gateway/flags/file.ts";
import { NO_FLAGS } from "../../../gateway/flags/flag-source.ts";

let folder: string;
let path: string;
let nowMs: number;
let changed: string[];
let rejected: string[];
let flags: FileFlags;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flags-"));
  path = join(folder, "flags.yaml");
  nowMs = 1000;
  changed = [];
  rejected = [];
  flags = fileFlags({
    path,
    clock: { now: () => nowMs, elapsed: () => nowMs },
    onChange: ({ version }) => changed.push(version),
    onRejected: (problem) => rejected.push(problem),
    watch: () => ({ start: async () => undefined, stop: () => undefined }),
  });
});
afterEach(async () => {
  await flags.stop();
  await rm(folder, { recursive: true });
});

describe("fileFlags", () => {
  it("takes a missing file for no flags, and that is nothing to worry about", async () => {
    await flags.start();
    expect(flags.current()).toBe(NO_FLAGS);
    expect(flags.health()).toEqual({ fresh: true, lastReadAt: 1000, problem: null });
    expect([...changed, ...rejected]).toEqual([]);
  });

  it("has what was written as soon as a refresh resolves, and says so once", async () => {
    await flags.start();
    await writeFile(path, "version: 1");
    nowMs = 2000;
    await flags.refresh();
    expect(flags.current().version).toBe("1");
    const snapshot = flags.current();
    nowMs = 3000;
    await flags.refresh();
    expect(flags.current()).toBe(snapshot);
    expect(flags.health().lastReadAt).toBe(3000);
    expect(changed).toEqual(["1"]);
  });

  it("keeps the old flags when the file goes bad, and says once where and why", async () => {
    await writeFile(path, "version: 1");
    await flags.start();
    await writeFile(path, "version: 2\nkill: maybe\nroutes: 7");
    nowMs = 2000;
    await flags.refresh();
    await flags.refresh();
    expect(flags.current().version).toBe("1");
    const problem = [
      `${path}:2:7: kill: must be true or false`,
      `${path}:3:9: routes: must map route ids to their flags`,
      "version 1 stays in use: mend it there, and banyan doctor checks it; a restart before that would not know version 1",
    ].join("\n");
    expect(flags.health()).toEqual({ fresh: false, lastReadAt: 1000, problem });
    expect(rejected).toEqual([problem]);
  });

  it("says what holds when the first file is bad", async () => {
    await writeFile(path, "version: [");
    await flags.start();
    expect(flags.health().problem).toMatch(
      /flags\.yaml:1:\d+: .*\nno flags are known: every route is in the stage that routes\.yaml names; mend it/s,
    );
  });

  it("is fresh again when the very same file comes back", async () => {
    await writeFile(path, "version: 1");
    await flags.start();
    await writeFile(path, "version: [");
    await flags.refresh();
    await writeFile(path, "version: 1");
    await flags.refresh();
    expect(flags.health().fresh).toBe(true);
    expect(changed).toEqual(["1"]);
  });

  it("keeps its flags when the file vanishes while in use, a kill above all", async () => {
    await writeFile(path, "version: 5\nkill: true");
    await flags.start();
    await rm(path);
    await flags.refresh();
    expect(flags.current()).toMatchObject({ version: "5", killed: true });
    expect(flags.health().problem).toMatch(/is gone; version 5 stays in use/);
  });

  it("reads no more of a huge file than it takes to refuse it", async () => {
    await writeFile(path, Buffer.alloc(5_000_000, "#"));
    await flags.start();
    expect(flags.health().problem).toMatch(/256 KiB/);
  });

  it("says when the path is no file", async () => {
    const directory = fileFlags({ path: folder, clock: { now: () => 0, elapsed: () => 0 } });
    await directory.start();
    expect(directory.health().problem).toMatch(/cannot be read/);
    await directory.stop();
  });

  it("ends with the newest when refreshes overlap writes", async () => {
    await flags.start();
    for (let version = 1; version <= 20; version++) {
      await writeFile(path, `version: ${version}`);
      void flags.refresh();
    }
    await flags.refresh();
    expect(flags.current().version).toBe("20");
    expect(changed.map(Number)).toEqual(changed.map(Number).toSorted((a, b) => a - b));
  });
});
