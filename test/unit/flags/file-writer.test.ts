import { chmod, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { parseFlags } from "../../../gateway/flags/document.ts";
import { fileFlagWriter } from "../../../gateway/flags/file-writer.ts";
import type { FlagWriter } from "../../../gateway/flags/writer.ts";

const AT = Date.UTC(2027, 0, 31, 12);
const SIGNED = { by: "ann", reason: "evidence is in" };
const SHADOW = { routeId: "get-order", stage: "shadow", ...SIGNED } as const;

let folder: string;
let path: string;
let writer: FlagWriter;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flags-"));
  path = join(folder, "flags.yaml");
  writer = fileFlagWriter({ path, clock: { now: () => AT, elapsed: () => 0 } });
});
afterEach(() => rm(folder, { recursive: true }));

const written = (from = path) => readFile(from, "utf8");
async function snapshot() {
  const parsed = parseFlags(await written());
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.snapshot;
}

describe("fileFlagWriter", () => {
  it("makes the first version, folder included, in a file that reads well", async () => {
    path = join(folder, "deep", "er", "flags.yaml");
    writer = fileFlagWriter({ path, clock: { now: () => AT, elapsed: () => 0 } });
    const result = await writer.apply({ ...SHADOW, stage: "canary", percent: 0.5 });
    expect(result).toEqual({ made: true, version: "1", previousVersion: "none" });
    expect(await written()).toBe(
      [
        "# Who answers each route. Written by banyan, safe to edit by hand: add one to version with each change.",
        "",
        "version: 1",
        "by: ann",
        "reason: evidence is in",
        "at: 2027-01-31T12:00:00.000Z",
        "kill: false",
        "routes:",
        "  get-order:",
        "    stage: canary",
        "    percent: 0.5",
        "    by: ann",
        "    reason: evidence is in",
        "    at: 2027-01-31T12:00:00.000Z",
        "",
      ].join("\n"),
    );
    expect(await readdir(join(folder, "deep", "er"))).toEqual(["flags.yaml"]);
  });

  it("changes one route and keeps comments, order and everything else", async () => {
    const before = [
      "# ours",
      "version: 7 # bumped by hand",
      "routes:",
      "  # ask Bo first",
      "  put-order: { stage: retired } # done",
      "  get-order:",
      "    stage: canary # soon more",
      "    percent: 5",
      "    at: 2026-01-01T00:00:00Z",
      "",
    ].join("\n");
    await writeFile(path, before);
    expect(await writer.apply({ ...SHADOW, stage: "cutover" })).toMatchObject({ made: true, version: "8" });
    expect(await written()).toBe(
      [
        "# ours",
        "version: 8 # bumped by hand",
        "routes:",
        "  # ask Bo first",
        "  put-order: { stage: retired } # done",
        "  get-order:",
        "    stage: cutover # soon more",
        "    at: 2027-01-31T12:00:00.000Z",
        "    by: ann",
        "    reason: evidence is in",
        "by: ann",
        "reason: evidence is in",
        "at: 2027-01-31T12:00:00.000Z",
        "",
      ].join("\n"),
    );
  });

  it("keeps JSON in JSON", async () => {
    await writeFile(path, '{"version":1,"routes":{"put-order":{"stage":"legacy"}}}');
    await writer.apply(SHADOW);
    const document = JSON.parse(await written()) as unknown;
    expect(document).toMatchObject({
      version: 2,
      routes: { "put-order": { stage: "legacy" }, "get-order": { stage: "shadow", by: "ann" } },
    });
    const json = fileFlagWriter({ path: join(folder, "new.json"), clock: systemClock });
    await json.apply(SHADOW);
    expect(JSON.parse(await written(join(folder, "new.json")))).toMatchObject({ version: 1 });
  });

  it("pulls and releases the emergency stop without touching a route", async () => {
    await writer.apply(SHADOW);
    await writer.apply({ kill: true, ...SIGNED });
    expect(await snapshot()).toMatchObject({
      version: "2",
      killed: true,
      routes: new Map([["get-order", { stage: "shadow", percent: 0 }]]),
    });
    await writer.apply({ kill: false, ...SIGNED });
    expect(await snapshot()).toMatchObject({ version: "3", killed: false });
  });

  it("makes a change that expects the version there is, none included", async () => {
    expect(await writer.apply({ ...SHADOW, expectVersion: "none" })).toMatchObject({ made: true });
    expect(await writer.apply({ ...SHADOW, expectVersion: "1" })).toMatchObject({ made: true });
  });

  it("refuses a change that expects another version, and says who made this one, when and why", async () => {
    await writer.apply(SHADOW);
    const before = await written();
    const result = await writer.apply({ kill: true, by: "bo", reason: "late", expectVersion: "none" });
    expect(result).toMatchObject({ made: false, why: "conflict" });
    expect(result).toHaveProperty(
      "message",
      "the flags are at version 1, made by ann at 2027-01-31T12:00:00.000Z (evidence is in), not at none: look again, then repeat what still holds",
    );
    expect(await written()).toBe(before);
  });

  it.each([
    ["a canary without a percentage", { ...SHADOW, stage: "canary" }],
    ["a percentage outside a canary", { ...SHADOW, percent: 5 }],
    ["a percentage between two steps", { ...SHADOW, stage: "canary", percent: 0.0001 }],
    ["a route without a proper id", { ...SHADOW, routeId: "" }],
    ["a reason as long as a book", { ...SHADOW, reason: "x".repeat(5000) }],
  ] as const)("refuses %s and leaves the file alone", async (_what, change) => {
    await writeFile(path, "version: 1");
    expect(await writer.apply(change)).toMatchObject({ made: false, why: "invalid" });
    expect(await written()).toBe("version: 1");
  });

  it("takes any text as a reason", async () => {
    const reason = 'a: "b" # c\n- [d] {e} \t é 🌳 ${F}\n';
    await writer.apply({ ...SHADOW, reason });
    expect(parseFlags(await written())).toMatchObject({
      document: { reason, routes: { "get-order": { reason } } },
    });
  });

  it("does not touch a file that is not valid, and says where it is not", async () => {
    await writeFile(path, "version: 1\nkill: maybe");
    const result = await writer.apply({ kill: true, ...SIGNED });
    expect(result).toMatchObject({ made: false, why: "invalid" });
    expect(result).toHaveProperty("message", expect.stringContaining("2:7: kill"));
    expect(await written()).toBe("version: 1\nkill: maybe");
  });

  it("loses no change of writers that write at the same time", async () => {
    const writers = Array.from({ length: 8 }, () => fileFlagWriter({ path, clock: systemClock }));
    const results = await Promise.all(
      writers.flatMap((each, n) => [0, 1].map((m) => each.apply({ ...SHADOW, routeId: `route-${n}-${m}` }))),
    );
    expect(results.every(({ made }) => made)).toBe(true);
    const { version, routes } = await snapshot();
    expect(version).toBe("16");
    expect(routes.size).toBe(16);
    expect(await readdir(folder)).toEqual(["flags.yaml"]);
  });

  it("loses no change of other processes that write at the same time", async () => {
    const module = new URL("../../../gateway/flags/file-writer.ts", import.meta.url).href;
    const script = (name: string) => `
      import { fileFlagWriter } from ${JSON.stringify(module)};
      const clock = { now: () => Date.now(), elapsed: () => 0 };
      const writer = fileFlagWriter({ path: ${JSON.stringify(path)}, clock });
      for (let n = 0; n < 10; n++) {
        const change = { routeId: ${JSON.stringify(name)} + n, stage: "shadow", by: "ann", reason: "at once" };
        const result = await writer.apply(change);
        if (!result.made) throw new Error(result.message);
      }`;
    const run = promisify(execFile);
    const names = ["a", "b", "c"];
    await Promise.all(
      names.map((name) => run(process.execPath, ["--input-type=module", "-e", script(name)])),
    );
    const { version, routes } = await snapshot();
    expect([version, routes.size]).toEqual(["30", 30]);
  });

  it("lets only one of two changes pass that expect the same version", async () => {
    const racing = ["bo", "cy"].map((by) => writer.apply({ ...SHADOW, by, expectVersion: "none" }));
    const results = await Promise.all(racing);
    expect(results.map((result) => (result.made ? "made" : result.why)).toSorted()).toEqual([
      "conflict",
      "made",
    ]);
  });

  it("breaks a lock that was left behind, one writer after another", async () => {
    await writeFile(`${path}.lock`, "process 1 on elsewhere");
    const racing = Array.from({ length: 5 }, (_, n) =>
      fileFlagWriter({ path, clock: systemClock, staleLockMs: 1000 }).apply({
        ...SHADOW,
        routeId: `route-${n}`,
      }),
    );
    expect((await Promise.all(racing)).every(({ made }) => made)).toBe(true);
    expect((await snapshot()).routes.size).toBe(5);
    expect(await readdir(folder)).toEqual(["flags.yaml"]);
  });

  it("gives up when others keep the lock, and leaves everything as it was", async () => {
    const takers = setInterval(() => writeFileSync(`${path}.lock`, `process ${Math.random()}`), 1);
    try {
      const impatient = fileFlagWriter({ path, clock: systemClock, staleLockMs: 100 });
      expect(await impatient.apply(SHADOW)).toMatchObject({ made: false, why: "busy" });
    } finally {
      clearInterval(takers);
    }
    expect(await readdir(folder)).not.toContain("flags.yaml");
  });

  it("writes through a symbolic link and keeps permissions", async () => {
    const real = join(folder, "real.yaml");
    await writeFile(real, "version: 1");
    await chmod(real, 0o600);
    await symlink(real, path);
    expect(await writer.apply(SHADOW)).toMatchObject({ made: true, version: "2" });
    expect(await readlink(path)).toBe(real);
    expect((await stat(real)).mode & 0o777).toBe(0o600);
  });

  it("says why when the place cannot be written, and leaves nothing behind", async () => {
    const result = await fileFlagWriter({ path: "/dev/null/flags.yaml", clock: systemClock }).apply(SHADOW);
    expect(result).toMatchObject({ made: false, why: "not-written" });
    expect(result).toHaveProperty(
      "message",
      expect.stringMatching(/^nothing was changed, because \/dev\/null\/flags\.yaml cannot be written: E/),
    );
  });
});
