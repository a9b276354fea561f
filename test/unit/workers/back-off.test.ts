import { expect, it } from "vitest";
import { backOff } from "../../../gateway/workers/back-off.ts";

it("waits longer the oftener it is asked within a minute, and forgets what is older", () => {
  let now = 0;
  const wait = backOff({ elapsed: () => now });
  expect([wait(), wait(), wait()]).toEqual([100, 200, 400]);
  for (let i = 0; i < 20; i += 1) wait();
  expect(wait()).toBe(30_000);
  now += 60_001;
  expect(wait()).toBe(100);
});
