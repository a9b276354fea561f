import { setTimeout as pause } from "node:timers/promises";
import { balancer } from "../balancer.ts";
import { steadily } from "../asking.ts";
import { startGateway } from "../gateway-process.ts";
import { startMonolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, type Trial } from "../trial.ts";

async function monolithFor(trial: Trial) {
  const monolith = await startMonolith();
  trial.defer(() => monolith.close());
  return { monolith, config: `legacy: { url: "${monolith.url}" }` };
}

let asked = 0;
/** Quick and slow ones, reads and writes, in turn. */
const mixed = (port: number) => () => {
  asked += 1;
  const isWrite = asked % 3 === 0;
  return {
    port,
    path: `/slow?ms=${(asked % 5) * 60}`,
    method: isWrite ? "POST" : "GET",
    headers: { "x-id": `w${asked}` },
    ...(isWrite && { body: "{}" }),
  };
};

const sigterm: Scenario = {
  number: "F15",
  fault: "SIGTERM under load",
  hold: "0 requests lost: readiness off, `Connection: close`, exit in less than 30 s",
  async run(trial) {
    const { config } = await monolithFor(trial);
    const gateway = await startGateway(trial, { config, env: { DRAIN_GRACE: "2s" } });
    const lanes = Array.from({ length: trial.pick(10, 40) }, () => steadily(mixed(gateway.port), 1, 5));
    await pause(trial.pick(300, 2_000));
    const startedAt = performance.now();
    gateway.signal("SIGTERM");
    const off = await eventually(async () => (await gateway.readiness())?.ready === false, 5_000);
    // A client that is told to close goes elsewhere.
    const told = (lane: (typeof lanes)[number]) =>
      eventually(() => lane.tally.all.at(-1)?.closes === true).then(() => lane.stop());
    const tallies = await Promise.all(lanes.map(told));
    const code = await gateway.exited;
    const tookMs = performance.now() - startedAt;
    const all = tallies.flatMap((tally) => tally.all);
    const lost = all.filter(({ outcome }) => outcome !== 200).length;
    const closed = all.filter(({ closes }) => closes).length;
    trial.must("readiness goes off", off !== null);
    trial.must(`none is lost: ${lost}`, lost === 0);
    trial.must(`every connection is told: ${closed}`, closed >= lanes.length);
    trial.must(`it ends well: ${code}`, code === 0);
    trial.must("in less than 30 s", tookMs < 30_000);
    trial.figure(
      `${all.length} answered, ${lost} lost, ${closed} with \`Connection: close\`; not ready ${Math.round(off ?? 0)} ms after the signal, gone after ${(tookMs / 1_000).toFixed(1)} s (grace 2 s)`,
    );
  },
};

const rolling: Scenario = {
  number: "F16",
  fault: "two gateways are restarted, one after the other, behind a balancer that follows readiness",
  hold: "0 requests lost, no write twice",
  async run(trial) {
    const { monolith, config } = await monolithFor(trial);
    const front = await balancer();
    trial.defer(() => front.close());
    const env = { DRAIN_GRACE: "1s" };
    let fleet = await Promise.all(["a", "b"].map((name) => startGateway(trial, { config, name, env })));
    for (const gateway of fleet) await front.add(gateway);
    const asking = steadily(mixed(front.port), trial.pick(8, 30), 5);
    await pause(200);
    for (let round = 0; round < trial.pick(1, 3); round++) {
      const next: typeof fleet = [];
      for (const [i, old] of fleet.entries()) {
        old.signal("SIGTERM");
        trial.must("it ends well", (await old.exited) === 0);
        next.push(await startGateway(trial, { config, name: `r${round}-${i}`, env }));
        await front.add(next.at(-1)!);
      }
      fleet = next;
    }
    const tally = await asking.stop();
    trial.must(`none is lost: ${tally.text}`, tally.only(200));
    trial.must("no write is done twice", new Set(monolith.wrote).size === monolith.wrote.length);
    trial.figure(
      `${trial.pick(2, 6)} restarts: ${tally.text}, lost ${tally.all.length - tally.count(200)}; ${monolith.wrote.length} writes, none twice`,
    );
  },
};

const workers: Scenario = {
  number: "F27",
  fault: "the workers of one gateway are replaced, one after the other (SIGUSR1)",
  hold: "0 requests lost, no write twice; all workers are new",
  async run(trial) {
    const { monolith, config } = await monolithFor(trial);
    const gateway = await startGateway(trial, { config, env: { WORKERS: "2", DRAIN_GRACE: "1s" } });
    const pids = async () => new Set((await gateway.status()).workers?.processes.map(({ pid }) => pid));
    const asking = steadily(mixed(gateway.port), trial.pick(8, 30), 5);
    const rounds = trial.pick(1, 3);
    for (let round = 0; round < rounds; round++) {
      const old = await pids();
      trial.must(`two workers answer: ${[...old].join()}`, old.size === 2);
      gateway.signal("SIGUSR1");
      const replaced = await eventually(async () => {
        const now = await pids();
        return now.size === 2 && old.isDisjointFrom(now);
      }, 60_000);
      trial.must("all are replaced", replaced !== null);
    }
    const tally = await asking.stop();
    trial.must(`none is lost: ${tally.text}`, tally.only(200));
    trial.must("no write is done twice", new Set(monolith.wrote).size === monolith.wrote.length);
    trial.figure(
      `${2 * rounds} workers replaced: ${tally.text}; ${monolith.wrote.length} writes, none twice`,
    );
  },
};

export const restartScenarios: readonly Scenario[] = [sigterm, rolling, workers];
