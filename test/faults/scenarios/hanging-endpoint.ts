import { ask, askMany, steadily } from "../asking.ts";
import { startGateway } from "../gateway-process.ts";
import { startMonolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";
import { eventually } from "../trial.ts";
import { inTurn, p99Text } from "./rounds.ts";

const CONNECTIONS = 32;
const DEADLINE_MS = 1_000;

export const hangingEndpoint: Scenario = {
  number: "F26",
  fault:
    "one endpoint of legacy hangs, with a route or without one, and has more clients than there are connections to legacy",
  hold: "it gets half of the connections, and no more; others are unmoved, with a route or without one",
  async run(trial) {
    const monolith = await startMonolith();
    trial.defer(() => monolith.close());
    // Breakers stay closed: what holds here holds before one opens.
    const config = `legacy: { url: "${monolith.url}", connections: ${CONNECTIONS}, timeout: ${DEADLINE_MS}ms }
defaults: { breaker: { minimumCalls: 1000000 } }
routes:
  hanging: { match: { path: "/hang", method: POST }, function: { url: "${monolith.url}" }, timeout: ${DEADLINE_MS}ms }
  orders: { match: { path: /orders }, function: { url: "${monolith.url}" }, timeout: 20s }`;
    const { port } = await startGateway(trial, { config });
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, monolith.hanging())), 5);
    trial.defer(() => clearInterval(looking));
    for (const [what, method, path] of [
      ["with a route", "POST", "/orders"],
      ["without one", "GET", "/others"],
    ] as const) {
      const beside = await inTurn(trial, { port, path }, async (isFaulty) => {
        if (!isFaulty) return async () => undefined;
        const hanging = steadily(() => ({ port, path: "/hang", method }), 2 * CONNECTIONS, 100);
        await eventually(() => monolith.hanging() >= CONNECTIONS / 2);
        return async () => {
          const hung = await hanging.stop();
          trial.must(`what hangs gets 504: ${hung.text}`, hung.only(504));
        };
      });
      for (const tally of [beside.without, beside.with])
        trial.must(`others are answered, ${what}: ${tally.text}`, tally.only(200));
      trial.figure(`${what}: others' ${p99Text(beside)}`);
    }
    trial.must(`half of the connections hang at most: ${most}`, most === CONNECTIONS / 2);
    const free = await askMany(CONNECTIONS, CONNECTIONS, () => ({ port, path: "/orders" }));
    trial.must(`all goes on: ${free.text}`, free.only(200));
    trial.must("it is served again", (await ask({ port, path: "/hang/no-more" })).outcome === 200);
    trial.figure(`${CONNECTIONS} connections, ${2 * CONNECTIONS} clients of it, ${most} connections at most`);
  },
};
