import { createHash } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import { Budget } from "../../../gateway/shadow/budget.ts";
import { Capture } from "../../../gateway/shadow/capture.ts";

let budget: Budget;
beforeEach(() => {
  const limits = { concurrency: 1, bytes: 1000, perSecond: 1, lagMs: 1 };
  budget = new Budget(
    () => limits,
    { elapsed: () => 0 },
    () => 0,
  );
});

const chunks = (...texts: string[]) => texts.map((text) => Buffer.from(text));

it("keeps a small body as it is, and lets go of it when it is told to", () => {
  const capture = new Capture(10, budget);
  for (const chunk of chunks("hello", "", "world")) capture.add(chunk);
  expect(capture.body()).toEqual({ bytes: Buffer.from("helloworld"), length: 10, sha256: null });
  expect(budget.heldBytes).toBe(10);
  capture.release();
  capture.release();
  expect(budget.heldBytes).toBe(0);
});

it("keeps the beginning of a large one, and measures and hashes it whole", () => {
  const capture = new Capture(4, budget);
  for (const chunk of chunks("he", "llo ", "wor", "ld")) capture.add(chunk);
  const sha256 = createHash("sha256").update("hello world").digest("hex");
  expect(capture.body()).toEqual({ bytes: Buffer.from("hell"), length: 11, sha256 });
  expect(budget.heldBytes).toBe(4);
});

it("gives up when there is no room, and holds nothing then", () => {
  expect(budget.hold(995)).toBe(true);
  const capture = new Capture(100, budget);
  for (const chunk of chunks("abc", "def", "ghi")) capture.add(chunk);
  expect(capture.givenUp).toBe(true);
  expect(capture.length).toBe(9);
  expect(budget.heldBytes).toBe(995);
});
