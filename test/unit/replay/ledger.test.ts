import { expect, it } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { Ledger } from "../../../gateway/replay/ledger.ts";
import type { Commit } from "../../../gateway/replay/checkpoint.ts";
import type { Pair } from "../../../gateway/shadow/judge.ts";
import type { Batch } from "../../../gateway/store/evidence-store.ts";
import { NO_COUNTS, nothingOf } from "../../../gateway/store/increments.ts";
import { routeOf, targetOf } from "../routes/route-of.ts";

const KEY = {
  routeId: "r",
  candidate: "function",
  functionVersion: "1",
  legacyBuild: "",
  rulesDigest: "d",
  environment: "",
} as const;

const failed = { kind: "failed", failure: "reset", durationMs: 1 } as const;
const pair: Pair = {
  route: routeOf("* * /"),
  request: { id: "1", method: "GET", target: targetOf("/"), headers: [] },
  body: Buffer.alloc(0),
  candidateSide: "function",
  primary: failed,
  candidate: failed,
  secondary: null,
  at: 0,
};

it("writes entries down with their own evidence, however long each takes to be judged", async () => {
  const [commits, stored]: [Commit[], Batch[]] = [[], []];
  const ledger = new Ledger({
    clock: systemClock,
    run: "run",
    batches: 7,
    store: { append: async (batch) => void stored.push(batch) },
    checkpoint: { add: async (commit) => void commits.push(commit), close: () => Promise.resolve() },
    judge: (writer) => ({
      async judge() {
        writer.record({ ...nothingOf(KEY, 0), counts: { ...NO_COUNTS, compared: 1, matched: 1 } }, null);
        for (let turns = Math.random() * 5; turns > 0; turns--)
          await new Promise((next) => setImmediate(next));
        return "match";
      },
      dropped: () => undefined,
      finish: () => undefined,
    }),
  });
  const all = Array.from({ length: 1_100 }, (_, n) =>
    n % 3 === 0 ? ledger.left(`e${n}`, "unsafe") : ledger.judged(`e${n}`, pair),
  );
  await Promise.all(all);
  await ledger.close();
  await ledger.close();

  expect(commits.length).toBeGreaterThan(4);
  for (const { batches, outcomes } of commits) {
    const compared = batches.flatMap(({ increments }) => increments.map(({ counts }) => counts.compared));
    expect(compared).toEqual([outcomes["match"]]);
  }
  expect(commits.flatMap(({ counted }) => counted)).toEqual(all.map((_, n) => `e${n}`));
  expect(commits.flatMap(({ batches }) => batches)).toEqual(stored);
  expect(stored.map(({ id }) => id)).toEqual(stored.map((_, n) => `run-${n + 7}`));
});
