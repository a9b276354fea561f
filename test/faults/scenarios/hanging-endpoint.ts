import { askMany, steadily, type Tally } from "../asking.ts";
import { startGateway } from "../gateway-process.ts";
import { startMonolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs } from "../trial.ts";

const CONNECTIONS = 32;
const DEADLINE_MS = 1_000;

export const hangingEndpoint: Scenario = {
  number: "F26",
  fault: "one endpoint of legacy hangs, and has more clients than there are connections to legacy",
  hold: "the other routes wait until its breaker opens; from then on connections are free",
  async run(trial) {
    const monolith = await startMonolith();
    trial.defer(() => monolith.close());
    const config = `legacy: { url: "${monolith.url}", connections: ${CONNECTIONS} }
routes:
  hanging: { match: { path: /hang }, function: { url: "${monolith.url}" }, timeout: ${DEADLINE_MS}ms, breaker: { open: 10m } }
  orders: { match: { path: /orders }, function: { url: "${monolith.url}" }, timeout: 20s }`;
    const gateway = await startGateway(trial, { config });
    const { port } = gateway;
    const question = { port, path: "/orders" };
    const before = await askMany(trial.pick(20, 500), 4, () => question);
    const hanging = steadily(() => ({ port, path: "/hang" }), 2 * CONNECTIONS, 500);
    await eventually(() => monolith.hanging() === CONNECTIONS);
    const first = await askMany(4, 4, () => question);
    const opened = await eventually(() => hanging.tally.count(503) > 0);
    // Who was let through before has its deadline still to wait for.
    const freed = await eventually(
      async () => (await askMany(20, 4, () => question)).ms(0.5) < DEADLINE_MS / 2,
    );
    const after = await askMany(trial.pick(20, 500), 4, () => question);
    const hung = await hanging.stop();
    trial.must("its breaker opens", opened !== null);
    trial.must(`it gets 504, then 503: ${hung.text}`, hung.only(504, 503));
    for (const tally of [before, first, after])
      trial.must(`others are answered: ${tally.text}`, tally.only(200));
    trial.must(`they wait no longer: ${after.ms(0.5)} ms`, freed !== null);
    const shown = (tally: Tally) => `p99 ${tally.ms(0.99).toFixed(0)} ms`;
    trial.figure(
      `${CONNECTIONS} connections, ${2 * CONNECTIONS} clients of it: ${hung.text}; others ${shown(before)} before, ${shown(first)} while all are taken, ${shown(after)} from ${inMs(freed)} after its breaker opened on`,
    );
  },
};
