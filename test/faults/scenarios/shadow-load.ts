import { setTimeout as pause } from "node:timers/promises";
import { ask, askMany } from "../asking.ts";
import type { Scenario } from "../scenario.ts";
import { faultProxy, type FaultProxy } from "../fault-proxy.ts";
import { eventually } from "../trial.ts";
import { inTurn, p99Text } from "./rounds.ts";
import { counted, shadowed } from "./shadowed.ts";

const slowTarget: Scenario = {
  number: "F20",
  fault: "a shadow target that never answers, everything mirrored",
  hold: "bounded memory, drops counted, clients' p99 + 5 % at most",
  async run(trial) {
    let way: FaultProxy | undefined;
    const { start } = await shadowed(trial, {
      more: `mirror: { concurrency: ${trial.pick(2, 64)}, lag: 10s }`,
      candidatePort: async ({ port }) => (way = await faultProxy(port)).port,
    });
    trial.defer(() => way!.close());
    await way!.order({ kind: "black-hole" });
    const gateway = await start();
    const question = { port: gateway.port, path: "/json?n=10000" };
    await gateway.flip("shadowed", "legacy");
    await askMany(trial.pick(50, 2_000), 8, () => question);
    const before = await gateway.rssMb();
    const compared = await inTurn(trial, question, async (isFaulty) => {
      await gateway.flip("shadowed", isFaulty ? "shadow" : "legacy");
      return () => gateway.flip("shadowed", "legacy");
    });
    const mirrored = compared.with.all.length;
    const after = await gateway.rssMb();
    const all = await eventually(async () => {
      const { compared: pairs, dropped } = await counted(gateway);
      return pairs + dropped >= mirrored;
    });
    const { compared: pairs, dropped, text } = await counted(gateway);
    trial.must(`each is compared or counted as dropped: ${pairs} + ${dropped} of ${mirrored}`, all !== null);
    trial.must("there are drops", dropped > 0);
    trial.must(`clients notice nothing: ${compared.with.text}`, compared.with.only(200));
    trial.must(`memory is bounded: ${Math.round(before)} → ${Math.round(after)} MB`, after - before < 200);
    trial.figure(
      `${p99Text(compared)}; memory ${Math.round(before)} → ${Math.round(after)} MB; ${pairs} pairs (their candidate failed), dropped ${text}`,
    );
  },
};

/** What even a busy machine does not make of a few milliseconds' work. */
const STALL_MS = 1_000;

/** Threads have time: what they are busy with for so long is lost. */
const JUDGED_MS = 60_000;

const largeBodies: Scenario = {
  number: "F21",
  fault: "10 MB and 10,000-deep JSON to the diff",
  hold: "compared and redacted in threads with a cap and a deadline; the event loop never stalls (p99 of its delay < 20 ms on a quiet machine)",
  async run(trial) {
    const { start } = await shadowed(trial, { cents: 26, more: "mirror: { lag: 10s }" });
    const gateway = await start();
    const { port } = gateway;
    const count = trial.pick(4, 25);
    const delays = async (stage: string, path: string) => {
      await gateway.flip("shadowed", stage);
      await pause(100);
      await gateway.inside({ do: "reset" });
      const tally = await askMany(count, 2, () => ({ port, path }));
      trial.must(`${stage}, ${path}: ${tally.text}`, tally.only(200));
      const asked = (await gateway.status()).routes[0]!.traffic!.requests;
      const judged = await eventually(async () => {
        return (await pairs()) >= (stage === "shadow" ? asked - askedBefore : 0);
      }, JUDGED_MS);
      trial.must(`${stage}, ${path}: each is judged`, judged !== null);
      return gateway.inside({ do: "look" });
    };
    // Threads and code are there before anything is measured.
    let askedBefore = 0;
    const pairs = async () => {
      const { compared, dropped } = await counted(gateway);
      return compared + dropped;
    };
    await ask({ port, path: "/json?n=1000000" });
    await eventually(async () => (await pairs()) === 1);
    const shapes = {
      "10 MB": "/json?n=10000000",
      "1 MB, all of it different": "/json?n=1000000",
      "10,000 deep": "/json?deep=10000",
    };
    for (const [name, path] of Object.entries(shapes)) {
      const without = await delays("legacy", path);
      askedBefore += count;
      const during = await delays("shadow", path);
      const [a, b] = [without.delayP99Ms, during.delayP99Ms];
      trial.must(`${name}: no stall: ${during.delayMaxMs} ms`, during.delayMaxMs < STALL_MS);
      trial.figure(
        `${name}: event-loop delay p99 ${a.toFixed(1)} ms without copies, ${b.toFixed(1)} with (most ${during.delayMaxMs.toFixed(0)})`,
      );
    }
    const { compared, text } = await counted(gateway);
    trial.must("some are compared", compared > 0);
    trial.figure(`${compared} compared, dropped ${text}`);
  },
};

export const shadowScenarios: readonly Scenario[] = [slowTarget, largeBodies];
