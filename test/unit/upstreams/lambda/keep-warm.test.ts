import { afterEach, expect, it, vi } from "vitest";
import { keepWarm, WARM_EVENT, type Warmed } from "../../../../gateway/upstreams/lambda/keep-warm.ts";
import type { Call, Invocation } from "../../../../gateway/upstreams/lambda/invoker.ts";
import { lambdaTarget } from "../../../support/targets.ts";

const ANSWER: Invocation = { functionError: undefined, executedVersion: "1", payload: Buffer.from("null") };
const warmTarget = (name: string, concurrency: number, everyMs = 60_000) =>
  lambdaTarget(name, { keepWarm: { concurrency, everyMs } });

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.useRealTimers();
});

/** What was called, how many calls were under way at once, and what was told of the rounds. */
function warmed(targets: Parameters<typeof keepWarm>[0], answer: () => Promise<Invocation>) {
  const seen = { calls: [] as Call[], atOnce: 0, rounds: [] as Warmed[] };
  let underWay = 0;
  const invoker = {
    async invoke(call: Call) {
      seen.calls.push(call);
      seen.atOnce = Math.max(seen.atOnce, ++underWay);
      try {
        return await answer();
      } finally {
        underWay -= 1;
      }
    },
  };
  const { stop } = keepWarm(targets, invoker, (round) => void seen.rounds.push(round));
  stops.push(stop);
  return { seen, stop };
}

it("calls a function as often at once as environments shall stay warm", async () => {
  const { seen } = warmed([warmTarget("f", 3)], async () => ANSWER);
  await expect.poll(() => seen.rounds).toEqual([{ functionName: "f:live", calls: 3, failures: [] }]);
  expect(seen.atOnce).toBe(3);
  expect(JSON.parse(Buffer.from(seen.calls[0]!.payload).toString())).toEqual(WARM_EVENT);
});

it("calls it again after a while, and no more when stopped", async () => {
  vi.useFakeTimers();
  const { seen, stop } = warmed([warmTarget("f", 1, 60_000)], async () => ANSWER);
  await vi.advanceTimersByTimeAsync(130_000);
  expect(seen.calls).toHaveLength(3);
  stop();
  await vi.advanceTimersByTimeAsync(130_000);
  expect(seen.calls).toHaveLength(3);
});

it("keeps a function that routes share as warm as the most demanding of them wants", async () => {
  const { seen } = warmed([warmTarget("f", 1), warmTarget("f", 4), lambdaTarget("g")], async () => ANSWER);
  await expect.poll(() => seen.rounds).toMatchObject([{ calls: 4 }]);
});

it("tells of calls that were not taken, and of none that merely failed", async () => {
  const { seen } = warmed([warmTarget("f", 1)], () => Promise.reject(new Error("throttled")));
  await expect.poll(() => seen.rounds).toMatchObject([{ failures: [{ message: "throttled" }] }]);
  const failed = warmed([warmTarget("g", 1)], async () => ({ ...ANSWER, functionError: "Unhandled" }));
  await expect.poll(() => failed.seen.rounds).toMatchObject([{ failures: [] }]);
});
