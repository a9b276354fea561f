import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ownPostgres } from "../../support/postgres.ts";
import { ask, steadily } from "../asking.ts";
import { faultProxy } from "../fault-proxy.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs, type Trial } from "../trial.ts";
import { counted, evidence, shadowed } from "./shadowed.ts";

const says = (log: readonly { readonly msg?: string }[], start: string) =>
  log.filter(({ msg }) => msg?.startsWith(start)).length;
const FAILS = "the evidence store fails";
const WORKS = "the evidence store works";

const database: Scenario = {
  number: "F13",
  fault: "the evidence store (PostgreSQL) is down, at boot and later",
  hold: "no request fails; evidence waits in bounded memory, losses are counted; resumes by itself",
  async run(trial) {
    const postgres = await ownPostgres();
    trial.defer(() => postgres.end());
    const way = await faultProxy(Number(new URL(postgres.url).port));
    trial.defer(() => way.close());
    const url = postgres.url.replace(new URL(postgres.url).port, String(way.port));
    const { start } = await shadowed(trial, { more: `evidence: { store: postgres, url: "${url}" }` });
    await way.order({ kind: "refuse" });
    const gateway = await start();
    const asking = steadily(() => ({ port: gateway.port, path: "/orders" }), 4, 20);
    const told = await eventually(() => says(gateway.log, FAILS) === 1);
    trial.must("it says that the store fails", told !== null);
    trial.must("it is ready", (await gateway.readiness())?.ready === true);
    await way.order({ kind: "none" });
    const first = await eventually(async () => (await evidence(gateway)).compared > 0);
    trial.must("it writes once the store is there", first !== null);
    const kinds = trial.pick(["black-hole"] as const, ["black-hole", "reset", "refuse"] as const);
    for (const kind of kinds) {
      const before = says(gateway.log, WORKS);
      await way.order(kind === "reset" ? { kind, afterBytes: 100 } : { kind });
      await pause(trial.pick(1_500, 4_000));
      await way.order({ kind: "none" });
      if (kind === "black-hole") continue;
      const again = await eventually(() => says(gateway.log, WORKS) > before, 60_000);
      trial.figure(`${kind}: works again ${inMs(again)} after it was back`);
      trial.must(`${kind}: it works again`, again !== null);
    }
    const tally = await asking.stop();
    const all = await eventually(async () => {
      const { compared, dropped } = await counted(gateway);
      return compared + dropped >= tally.all.length && (await evidence(gateway)).compared === compared;
    }, 60_000);
    const { compared, text } = await counted(gateway);
    trial.must("all that was compared is in the store", all !== null);
    trial.must(`no request failed: ${tally.text}`, tally.only(200));
    trial.figure(
      `${tally.text}; ${compared} pairs compared, ${(await evidence(gateway)).compared} in the store, dropped ${text}; first written ${inMs(first)} after the store was there`,
    );
  },
};

const TINY_MB = 8;

const diskFull: Scenario = {
  number: "F14",
  fault: `the disk is full (a file system of ${TINY_MB} MB)`,
  hold: "no request fails, losses are counted, flips that cannot be audited are refused; resumes by itself",
  async run(trial) {
    const data = mounted(trial);
    const { start } = await shadowed(trial);
    const gateway = await start({ data });
    const asking = steadily(() => ({ port: gateway.port, path: "/orders" }), 4, 10);
    await eventually(async () => (await evidence(gateway)).compared > 0);
    const { bavail, bsize } = statfsSync(data);
    const ballast = join(data, "ballast");
    fill(ballast, bavail * bsize);
    const told = await eventually(() => says(gateway.log, FAILS) > 0);
    trial.must("it says that the store fails", told !== null);
    const flip = () => gateway.operate("/api/flip", { route: "shadowed", stage: "legacy", reason: "full" });
    const refused = await flip();
    trial.must(`a flip is refused: ${refused}`, refused === 507);
    trial.must("the route stays", (await gateway.status()).routes[0]?.stage === "shadow");
    trial.must("requests go on", (await ask({ port: gateway.port, path: "/orders" })).outcome === 200);
    rmSync(ballast);
    const again = await eventually(() => says(gateway.log, WORKS) > 0, 60_000);
    trial.must("it works again", again !== null);
    const flipped = await flip();
    trial.must(`flips go on: ${flipped}`, flipped === 200);
    const tally = await asking.stop();
    trial.must(`no request failed: ${tally.text}`, tally.only(200));
    const { compared } = await counted(gateway);
    const written = await eventually(async () => (await evidence(gateway)).compared >= compared, 60_000);
    trial.must("what was compared is in the store", written !== null);
    trial.figure(
      `${tally.text}; told after ${inMs(told)}, works again ${inMs(again)} after there was room; ${compared} pairs compared, ${(await evidence(gateway)).compared} in the store; flip while full: ${refused}, after: ${flipped}`,
    );
  },
};

/** A small file system of its own; skips where that cannot be had. */
function mounted(trial: Trial): string {
  const folder = join(trial.folder, "tiny");
  mkdirSync(folder);
  if (process.getuid?.() !== 0) trial.skip("only root may mount a small file system");
  const made = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${TINY_MB}m`, "tmpfs", folder], {
    encoding: "utf8",
  });
  if (made.status !== 0)
    trial.skip(`a small file system cannot be mounted: ${made.stderr || String(made.error)}`);
  trial.defer(() => execFileSync("umount", ["-l", folder]));
  return folder;
}

/** Takes what is left, to the last block. */
function fill(path: string, bytes: number): void {
  for (let left = bytes; left > 0; left -= 4_096) {
    try {
      writeFileSync(path, Buffer.alloc(4_096), { flag: "a" });
    } catch {
      return;
    }
  }
}

export const storeScenarios: readonly Scenario[] = [database, diskFull];
