import { ask, steadily } from "../asking.ts";
import { faultProxy } from "../fault-proxy.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs } from "../trial.ts";
import { counted, evidence, shadowed } from "./shadowed.ts";

const HOUR_MS = 3_600_000;
const OPEN_MS = 2_000;

export const clockJumps: Scenario = {
  number: "F18",
  fault: "the wall clock jumps by ± 1 h",
  hold: "no deadline and no breaker moves, windows of counters stay, evidence adds up",
  async run(trial) {
    let way: Awaited<ReturnType<typeof faultProxy>> | undefined;
    const { start } = await shadowed(trial, {
      candidatePort: async ({ port }) => (way = await faultProxy(port)).port,
      route: `timeout: 10s
  guarded:
    match: { method: POST, path: /guarded }
    function: { url: "http://127.0.0.1:9" }
    stage: retired
    breaker: { minimumCalls: 5, window: 10s, open: ${OPEN_MS}ms }`,
    });
    trial.defer(() => way?.close());
    const gateway = await start();
    const { port } = gateway;
    const jump = (ms: number) => gateway.inside({ do: "shift", ms });
    const asking = steadily(() => ({ port, path: "/slow?ms=300" }), 6, 5);
    const guarded = () => ask({ port, path: "/guarded", method: "POST", body: "{}" });
    const opened: number[] = [];
    // Port 9 refuses: 502 until the breaker is open, 503 from then on, and 502 for each probe, after which it is open anew.
    const probe = () => eventually(async () => (await guarded()).outcome === 502);
    await eventually(async () => (await guarded()).outcome === 503);
    await probe();
    for (const ms of [HOUR_MS, -HOUR_MS, 0]) {
      const openedAt = performance.now();
      await jump(ms);
      const { outcome } = await guarded();
      if (performance.now() - openedAt < OPEN_MS / 2) {
        trial.must(`${ms / HOUR_MS} h: the breaker stays open: ${outcome}`, outcome === 503);
      }
      const probed = await probe();
      trial.must(`${ms / HOUR_MS} h: it is probed`, probed !== null);
      opened.push(performance.now() - openedAt);
      trial.must("not too early", performance.now() - openedAt > OPEN_MS / 2);
    }
    const tally = await asking.stop();
    trial.must(`no deadline moved: ${tally.text}`, tally.only(200));
    const { lastMinute, requests } = (await gateway.status()).routes[0]!.traffic!;
    trial.must(`counters of the last minute stay: ${lastMinute} of ${requests}`, lastMinute === requests);
    const added = await eventually(async () => {
      const { compared, dropped } = await counted(gateway);
      const all = compared + dropped >= tally.all.length;
      return all && (await evidence(gateway)).compared === compared;
    });
    const { compared } = await counted(gateway);
    trial.must(
      `evidence adds up: ${compared} counted, ${(await evidence(gateway)).compared} stored`,
      added !== null,
    );
    trial.figure(
      `+1 h, −1 h and back under load: ${tally.text}; breaker of ${OPEN_MS} ms probed after ${opened.map(inMs).join(", ")}; ${compared} pairs counted, ${(await evidence(gateway)).compared} stored; last minute ${lastMinute} of ${requests} requests`,
    );
  },
};
