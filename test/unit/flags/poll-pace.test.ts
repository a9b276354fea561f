import { expect, it } from "vitest";
import { PollPace } from "../../../gateway/flags/poll-pace.ts";

const NEVER_LATE = () => 0;
const LATEST = () => 1;

it("polls as often as the service asks for, never faster, and not faster than was set", () => {
  const pace = new PollPace(15_000, NEVER_LATE);
  expect(pace.succeeded(60_000)).toBe(60_000);
  expect(pace.tooEarly()).toBe(60_000);
  expect(pace.succeeded(1_000)).toBe(15_000);
});

it("spreads polls by a tenth", () => {
  expect(new PollPace(15_000, LATEST).succeeded(20_000)).toBeCloseTo(22_000);
});

it("backs off twice as far with each failure in a row, to five minutes, and starts over after a success", () => {
  const pace = new PollPace(15_000, NEVER_LATE);
  const waits = Array.from({ length: 7 }, () => pace.failed() / 1000);
  expect(waits).toEqual([15, 30, 60, 120, 240, 300, 300]);
  pace.succeeded(15_000);
  expect(pace.failed()).toBe(15_000);
  expect(new PollPace(15_000, LATEST).failed()).toBe(22_500);
});

it("never backs off to less than the service asks for", () => {
  const pace = new PollPace(15_000, NEVER_LATE);
  pace.succeeded(3_600_000);
  expect(pace.failed()).toBe(3_600_000);
});
