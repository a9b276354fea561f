import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conversation } from "./conversation.ts";
import { holdTwice } from "./hold.ts";
import { startLane, type FuzzLane } from "./lane.ts";
import { shown } from "./shown.ts";

/** Generated conversations, always the same ones here; `npm run fuzz:edge` goes on with others. */

const SEEDS = [1, 2, 3];
const RUNS = 40;

let lanes: readonly FuzzLane[];

beforeAll(async () => {
  lanes = await Promise.all(SEEDS.map(startLane));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
});

describe("generated conversations", () => {
  it(
    "smuggle nothing, pass no cut answer as whole, and spoil nobody else's",
    { timeout: 120_000 },
    async () => {
      const property = (lane: FuzzLane) =>
        fc.asyncProperty(conversation, async (one) => {
          const wrong = await holdTwice(one, lane);
          if (wrong.length > 0) throw new Error(`${shown(one)}\n${wrong.join("\n")}`);
        });
      const held = SEEDS.map((seed, i) =>
        fc.assert(property(lanes[i]!), { seed, numRuns: RUNS, endOnFailure: true }),
      );
      await expect(Promise.all(held)).resolves.toBeDefined();
    },
  );
});
