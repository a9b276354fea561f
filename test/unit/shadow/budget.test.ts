import { beforeEach, expect, it } from "vitest";
import { Budget } from "../../../gateway/shadow/budget.ts";

let now: number;
let lagMs: number;
let budget: Budget;
const limits = { concurrency: 2, bytes: 100, perSecond: 10, lagMs: 50 };

beforeEach(() => {
  [now, lagMs] = [0, 0];
  budget = new Budget(
    () => limits,
    { elapsed: () => now },
    () => lagMs,
  );
});

it("has room for so many copies at one time", () => {
  expect([budget.enter(), budget.enter(), budget.enter()]).toEqual([null, null, "concurrency"]);
  budget.leave();
  expect(budget.enter()).toBeNull();
  expect(budget.underWay).toBe(2);
});

it("lets no more than so many a second begin, in bursts of one second's worth", () => {
  const burst = () => {
    const refused = budget.enter();
    if (refused === null) budget.leave();
    return refused;
  };
  expect(Array.from({ length: 11 }, burst)).toEqual([...Array<null>(10).fill(null), "rate"]);
  now += 100;
  expect([burst(), burst()]).toEqual([null, "rate"]);
  now += 60_000;
  expect(Array.from({ length: 11 }, burst).filter((refused) => refused === null)).toHaveLength(10);
});

it("copies nothing while the process is late", () => {
  lagMs = 51;
  expect(budget.enter()).toBe("busy");
  lagMs = 50;
  expect(budget.enter()).toBeNull();
});

it("holds so many bytes", () => {
  expect([budget.hold(60), budget.hold(41), budget.hold(40)]).toEqual([true, false, true]);
  budget.release(60);
  expect(budget.hold(60)).toBe(true);
  expect(budget.heldBytes).toBe(100);
});
