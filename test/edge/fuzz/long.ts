import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { conversation } from "./conversation.ts";
import { holdTwice } from "./hold.ts";
import { startLane } from "./lane.ts";
import { shown } from "./shown.ts";

/** `npm run fuzz:edge -- --minutes 5 --seed 42`: conversations with the gateway until the time is over or one is wrong. */

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    lanes: { type: "string", default: "4" },
  },
});
const [minutes, seed, lanes] = [values.minutes, values.seed, values.lanes].map(Number);
const until = performance.now() + minutes! * 60_000;
console.log(`seed ${seed}, ${lanes} lanes, ${minutes} minutes`);

const uncaught: unknown[] = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (error) => uncaught.push(error));

const ran = await Promise.all(Array.from({ length: lanes! }, (_, i) => fuzz(seed! + i)));
console.log(`${ran.reduce((sum, { runs }) => sum + runs, 0)} conversations held`);
process.exit(ran.every(({ good }) => good) ? 0 : 1);

async function fuzz(own: number): Promise<{ runs: number; good: boolean }> {
  const lane = await startLane();
  let runs = 0;
  const property = fc.asyncProperty(conversation, async (one) => {
    runs += 1;
    const before = uncaught.length;
    const wrong = await holdTwice(one, lane);
    wrong.push(...uncaught.slice(before).map((error) => `uncaught: ${String(error)}`));
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
  });
  const result = await fc.check(property, {
    seed: own,
    numRuns: 10_000_000,
    interruptAfterTimeLimit: Math.max(1, until - performance.now()),
    markInterruptAsFailure: false,
  });
  if (result.failed) {
    console.log(`\nseed ${result.seed}, path ${result.counterexamplePath}, ${result.numShrinks} shrinks`);
    console.log(shown(result.counterexample![0]));
    console.log(String(result.errorInstance).replace(/^/gm, "  "));
  }
  await lane.close();
  return { runs, good: !result.failed };
}
