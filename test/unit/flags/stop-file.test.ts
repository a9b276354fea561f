import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decide } from "../../../gateway/flags/decide.ts";
import { emergencyStop } from "../../../gateway/flags/emergency-stop.ts";
import { NO_FLAGS, type FlagSnapshot } from "../../../gateway/flags/flag-source.ts";
import { NOTHING_STOPPED, stopFile, type StopFile, type Stopped } from "../../../gateway/flags/stop-file.ts";
import { stoppable } from "../../../gateway/flags/stoppable.ts";
import { asking } from "../../support/asking.ts";
import { fixedFlags } from "../../support/fixed-flags.ts";
import { routeOf } from "../routes/route-of.ts";

const ANN = { by: "ann", reason: "it\nburns" };
let folder: string;
let path: string;
let file: StopFile;
let seen: Stopped[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "stop-"));
  path = join(folder, "kill");
  seen = [];
  file = stopFile(path, (stopped) => void seen.push(stopped));
  await file.start();
});
afterEach(() => {
  file.stop();
  rmSync(folder, { recursive: true });
});

describe("the kill file", () => {
  it("stops what it shall stop even where it cannot be written, as on a full disk", async () => {
    // Nothing longer fits into a folder, such as the name under which it is written first.
    const unwritable = stopFile(join(folder, "k".repeat(255)), (stopped) => void seen.push(stopped));
    const stopped = { everything: false, routes: new Set(["a"]) };
    await expect(unwritable.set(stopped, ANN)).rejects.toThrow("ENAMETOOLONG");
    await unwritable.refresh();
    expect(unwritable.current()).toEqual(stopped);
    await unwritable.set(NOTHING_STOPPED, ANN);
    expect(unwritable.current()).toEqual(NOTHING_STOPPED);
  });

  it("stops everything by being there, and nothing once it is gone", async () => {
    writeFileSync(path, "");
    await expect.poll(() => file.current().everything).toBe(true);
    rmSync(path);
    await expect.poll(() => file.current()).toEqual(NOTHING_STOPPED);
    expect(seen).toHaveLength(2);
  });

  it.each([
    ["# why\nroute: get-order\n\n  route:b\n", false, ["get-order", "b"]],
    ["route: get-order\neverything\n", true, ["get-order"]],
    ["stop it all please", true, []],
    ["route: Not An Id", true, []],
    ["# only a note", true, []],
  ])("%j", async (text, everything, routes) => {
    writeFileSync(path, text);
    await expect.poll(() => file.current()).toEqual({ everything, routes: new Set(routes) });
  });

  it("stops everything when it cannot be read", async () => {
    writeFileSync(path, "x".repeat(100_000));
    await expect.poll(() => file.current().everything).toBe(true);
  });

  it("is written so that it reads back the same, with the why on a line of its own", async () => {
    const stopped = { everything: false, routes: new Set(["b", "a"]) };
    await file.set(stopped, ANN);
    expect(file.current()).toEqual(stopped);
    expect(readFileSync(path, "utf8")).toMatch(/^# .*\n# ann: it burns\nroute: a\nroute: b\n$/);
    const other = stopFile(path, () => undefined);
    await other.refresh();
    expect(other.current()).toEqual(stopped);
  });
});

describe("an emergency stop", () => {
  it("lets go once the flags say the same, of what it stopped itself", async () => {
    const stop = emergencyStop(file);
    await stop.stop(null, ANN);
    await stop.stop("get-order", ANN);
    await stop.flagsSay({ ...NO_FLAGS, killed: true });
    expect([stop.stops(null), stop.stops("get-order")]).toEqual([false, true]);
    const routes = new Map([["get-order", { stage: "canary", percent: 5, killed: true } as const]]);
    await stop.flagsSay({ ...NO_FLAGS, routes });
    expect(file.current()).toEqual(NOTHING_STOPPED);
  });

  it("keeps what somebody put there by hand", async () => {
    writeFileSync(path, "");
    await expect.poll(() => file.current().everything).toBe(true);
    const stop = emergencyStop(file);
    await stop.stop(null, ANN);
    await stop.flagsSay({ ...NO_FLAGS, killed: true });
    expect(stop.stops(null)).toBe(true);
    await stop.resume(null, ANN);
    expect(stop.stops(null)).toBe(false);
  });
});

describe("flags with this gateway's stop laid over them", () => {
  const route = { ...routeOf("GET * /a"), id: "a", stage: "cutover" } as const;
  const flagged: FlagSnapshot = {
    version: "3",
    routes: new Map([["a", { stage: "canary", percent: 100, untilMs: 1 }]]),
    killed: false,
  };
  let stopped = NOTHING_STOPPED;
  const over = (flags: FlagSnapshot) =>
    stoppable(
      fixedFlags(flags),
      () => stopped,
      (id) => (id === "a" ? route : undefined),
    );
  afterEach(() => (stopped = NOTHING_STOPPED));

  it("are the source's own while nothing is stopped", () => {
    const source = fixedFlags(flagged);
    const flags = stoppable(
      source,
      () => stopped,
      () => undefined,
    );
    expect(flags.current()).toBe(source.current());
  });

  it("are made anew only when something has changed", async () => {
    const flags = over(flagged);
    await flags.start();
    stopped = { everything: true, routes: new Set() };
    expect(flags.current()).toBe(flags.current());
    expect(flags.current()).toMatchObject({ killed: true, stoppedHere: true, version: "3" });
  });

  it("stop a route that has a flag, one that has none, and one whose flag has expired", async () => {
    stopped = { everything: false, routes: new Set(["a", "nobody"]) };
    for (const flags of [over(flagged), over(NO_FLAGS)]) {
      await flags.start();
      expect(decide(route, asking(null), flags.current())).toMatchObject({
        primary: "legacy",
        reason: "route-killed",
      });
    }
  });
});
