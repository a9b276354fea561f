/**
 * Bounds and tests that hold at every moment at once, so that people may look all day and stop when they like. They are
 * mixtures of likelihood ratios: martingales under the hypothesis, which exceed 1/α with a chance of α at most (Ville).
 * Sources: H. Robbins, "Statistical Methods Related to the Law of the Iterated Logarithm" (1970); S. Howard, A. Ramdas,
 * J. McAuliffe, J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences" (2021).
 */

/** Between which rates the true one lies. */
export interface RateBounds {
  readonly low: number;
  readonly high: number;
}

/** A Beta distribution over rates: where one is expected before anything is seen. Jeffreys': sharpest near 0 and 1. */
const PRIOR = { a: 0.5, b: 0.5 };

/**
 * The rates that `hits` in `trials` leave standing, with confidence 1 − `alpha` at all times together.
 * A rate p stays while B(a+s, b+n−s) / B(a, b) ÷ (p^s (1−p)^(n−s)) < 1/α.
 */
export function rateBounds(hits: number, trials: number, alpha: number): RateBounds {
  if (trials === 0) return { low: 0, high: 1 };
  const standing = (rate: number) => stands(rate, hits, trials, alpha);
  const mostLikely = hits / trials;
  return { low: lastStanding(mostLikely, 0, standing), high: lastStanding(mostLikely, 1, standing) };
}

/** Whether that rate is still one of them. */
export function stands(rate: number, hits: number, trials: number, alpha: number): boolean {
  const misses = trials - hits;
  const mixture = logBeta(PRIOR.a + hits, PRIOR.b + misses) - logBeta(PRIOR.a, PRIOR.b);
  return mixture - times(hits, rate) - times(misses, 1 - rate) < -Math.log(alpha);
}

/** The most trials that anybody is told to wait for. */
const MOST_TRIALS = 1e9;

/** The fewest further trials of which it says that they are enough; null when no number is. More has to be enough, too. */
export function fewestMore(isEnough: (more: number) => boolean): number | null {
  let [least, most] = [0, 1];
  if (isEnough(0)) return 0;
  while (!isEnough(most)) {
    if (most > MOST_TRIALS) return null;
    [least, most] = [most, most * 2];
  }
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (isEnough(middle)) most = middle;
    else least = middle;
  }
  return most;
}

/** count · log p, in which nothing counted says nothing, not even of p = 0. */
function times(count: number, p: number): number {
  return count === 0 ? 0 : count * Math.log(p);
}

/** Where from `inside` towards `end` the last rate stands: what stands is one interval, so halving finds it. */
function lastStanding(inside: number, end: number, stands: (p: number) => boolean): number {
  if (stands(end)) return end;
  let [standing, fallen] = [inside, end];
  for (let step = 0; step < 60; step++) {
    const middle = (standing + fallen) / 2;
    if (stands(middle)) standing = middle;
    else fallen = middle;
  }
  return fallen;
}

/**
 * The logarithm of the evidence that `ours` comes up more often than `theirs`, against all chances up to even: the mean
 * likelihood ratio to p = ½ under Beta(a, a) kept to p > ½. Each of those ratios is a supermartingale for every p ≤ ½, so
 * their mean is one too, and 1/α is exceeded with a chance of α at most, however often one looks.
 * A large `a` looks for chances barely above even, a = 1 for all alike.
 */
export function logEvidence(ours: number, theirs: number, a: number): number {
  const posterior = logBeta(a + ours, a + theirs) + logBetaShare(0.5, a + theirs, a + ours);
  return posterior - (logBeta(a, a) - Math.LN2) + (ours + theirs) * Math.LN2;
}

/** The logarithm of a sum of weights, each times the exponential of a logarithm. */
export function logSum(terms: readonly { readonly weight: number; readonly log: number }[]): number {
  const largest = Math.max(...terms.map(({ log }) => log));
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return (
    largest + Math.log(terms.reduce((sum, { weight, log }) => sum + weight * Math.exp(log - largest), 0))
  );
}

/** log B(a, b) for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Coefficients of C. Lanczos' series for g = 7 (P. Godfrey); good for 15 digits at x > 0. */
const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13,
  -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6,
  1.505_632_735_149_311_6e-7,
] as const;

/** log Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const series = LANCZOS.reduce((sum, c, n) => (n === 0 ? c : sum + c / (x - 1 + n)), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** log I_x(a, b): the share of Beta(a, b) below x (NIST DLMF §8.17). */
export function logBetaShare(x: number, a: number, b: number): number {
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  if (x >= 1) return 0;
  // The fraction converges quickly on this side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return Math.log1p(-Math.exp(logBetaShare(1 - x, b, a)));
  return a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBeta(a, b) + Math.log(fraction(x, a, b));
}

/** The continued fraction of I_x(a, b) (DLMF §8.17.22), by the modified method of Lentz. */
function fraction(x: number, a: number, b: number): number {
  const notZero = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    result *= d * c;
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) return result;
  }
  return result;
}
