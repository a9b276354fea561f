import { fewestMore, rateBounds } from "../gateway/evidence/sequence.ts";
import { peekedAt, WILSON_Z } from "./peeking-runs.ts";

/**
 * What it costs to look all day: somebody looks after every pair, up to 100,000 of them, and remembers whether the true
 * rate was ever outside the bounds. The sequence has to keep its 95 % over all looks; an interval for a number of pairs that is
 * fixed beforehand (Wilson, 1927) keeps them for one look. Then the price: pairs that a clean route needs. Fixed seeds.
 */
const LOOKS = 100_000;
const ALPHA = 0.05;
const RUNS = 1_000;
const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2] as const;

const percent = (share: number, digits = 1) => `${(share * 100).toFixed(digits)} %`;
const row = (...cells: readonly string[]) =>
  process.stdout.write(`${cells.map((cell) => cell.padStart(20)).join("")}\n`);

const startedAt = performance.now();
process.stdout.write(
  `true rate ever outside of 95 % bounds, in ${RUNS} runs of ${LOOKS} pairs, looked at after each\n`,
);
row("true rate", "sequence", "Wilson", "Wilson after 1,000", "Wilson, one look");
for (const [i, rate] of RATES.entries()) {
  const outside = peekedAt({ rate, looks: LOOKS, alpha: ALPHA, runs: RUNS, seed: 100 + i });
  const { sequence, wilson, wilsonLate, wilsonOnce } = outside;
  row(percent(rate, 2), ...[sequence, wilson, wilsonLate, wilsonOnce].map((runs) => percent(runs / RUNS)));
}

process.stdout.write("\nclean pairs until the rate is bounded at 95 %\n");
row("bound", "sequence", "Wilson", "times as many");
for (const bound of [0.01, 0.001, 0.0001]) {
  const ours = fewestMore((pairs) => rateBounds(0, pairs, ALPHA).high <= bound)!;
  // Wilson's upper end without a hit is z² / (n + z²).
  const wilson = Math.ceil((WILSON_Z ** 2 * (1 - bound)) / bound);
  row(percent(bound, 2), `${ours}`, `${wilson}`, (ours / wilson).toFixed(2));
}
process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
