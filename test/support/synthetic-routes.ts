import { DEFAULT_RULES, type CompareRules } from "../../gateway/diff/rules.ts";
import type { CheckName, GateVerdict } from "../../gateway/evidence/assessment.ts";

/** What one side answers. JSON unless its header says otherwise. */
export interface SyntheticAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
  readonly durationMs: number;
}

/** One request, and what came of it. */
export interface SyntheticPair {
  readonly request: { readonly method: string; readonly target: string };
  readonly primary: SyntheticAnswer;
  readonly candidate: SyntheticAnswer;
  /** What legacy says when it is asked again. */
  readonly secondary: SyntheticAnswer;
}

/** A route of which is known beforehand what has to be said of it when it is to be cut over. */
export interface SyntheticRoute {
  readonly name: string;
  readonly methods: readonly string[];
  /** Requests that are made of it. */
  readonly requests: number;
  /** The version that answers; the current one is 7. */
  readonly version: string;
  /** How long ago the last request was. */
  readonly ageMs: number;
  /** By which the pairs are compared, and by which they are judged now. */
  readonly rules: CompareRules;
  readonly rulesNow: CompareRules;
  /** Answers are the same for the same request, but for what is never the same: `asked` tells first and second time. */
  legacy(n: number, asked: number): SyntheticAnswer;
  function(n: number): SyntheticAnswer;
  readonly expected: {
    readonly verdict: GateVerdict;
    /** The first check that keeps it from a yes, and what that says; null for a yes. */
    readonly because: { readonly check: CheckName; readonly says: RegExp } | null;
  };
}

/** All pairs of a route, in order. */
export function* pairsOf(route: SyntheticRoute): Generator<SyntheticPair> {
  for (let n = 0; n < route.requests; n++) {
    yield {
      request: requestOf(route, n),
      primary: route.legacy(n, 0),
      candidate: route.function(n),
      secondary: route.legacy(n, 1),
    };
  }
}

/** Reads only, as writes are not copied unless somebody says so. */
function requestOf(route: SyntheticRoute, n: number): SyntheticPair["request"] {
  return { method: "GET", target: `/synthetic/${route.name}/${n}` };
}

export const CURRENT_VERSION = "7";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const JSON_HEADERS = ["content-type", "application/json"];

/** A number in (0, 1) that belongs to n, and looks like chance: the mixing function of MurmurHash3 (A. Appleby, public domain). */
export function chanceOf(n: number, salt: number): number {
  let h = (n + Math.imul(salt, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (((h ^ (h >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}

/** 30 ms and an exponential tail with a mean of 15 ms. */
const durationOf = (n: number, salt: number) => 30 - 15 * Math.log(chanceOf(n, salt));

const order = (n: number) => ({
  id: n,
  total: 100 + (n % 977),
  currency: "EUR",
  lines: [{ sku: `s${n % 31}`, n: 1 }],
});

function json(value: unknown, durationMs: number, status = 200): SyntheticAnswer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value), durationMs };
}

/** A moment that is never the same twice. */
const momentOf = (n: number, asked: number) =>
  new Date(1_780_000_000_000 + n * 1_000 + asked * 17).toISOString();

const clean: SyntheticRoute = {
  name: "clean",
  methods: ["GET"],
  requests: 12_000,
  version: CURRENT_VERSION,
  ageMs: MINUTE_MS,
  rules: DEFAULT_RULES,
  rulesNow: DEFAULT_RULES,
  legacy: (n) => json(order(n), durationOf(n, 1)),
  function: (n) => json(order(n), durationOf(n, 2)),
  expected: { verdict: "yes", because: null },
};

/** One answer in `every` has another total. */
const drifting = (every: number) => (n: number) => {
  const drift = n % every === every - 1 ? 1 : 0;
  return json({ ...order(n), total: order(n).total + drift }, durationOf(n, 2));
};

const stamped = (n: number, updatedAt: string) => json({ ...order(n), updatedAt }, durationOf(n, 3));

const because = (verdict: GateVerdict, check: CheckName, says: RegExp) => ({
  verdict,
  because: { check, says },
});

const timestampOf = (at: string) => ({ id: `timestamp ${at}`, at, matcher: { like: "timestamp" as const } });

/** Twelve kinds of route; the rare mismatch comes at three rates. */
export const SYNTHETIC_ROUTES: readonly SyntheticRoute[] = [
  clean,
  {
    ...clean,
    name: "mismatch-0.05-percent",
    function: drifting(2_000),
    expected: because(
      "unknown",
      "mismatches",
      /^6 of 12,000 pairs differ → true rate at most 0\.\d+ % at 95 %; 0\.1 % is allowed$/,
    ),
  },
  {
    ...clean,
    name: "mismatch-0.2-percent",
    requests: 40_000,
    function: drifting(500),
    expected: because("no", "mismatches", /^80 of 40,000 pairs differ → true rate at least 0\.1\d* %/),
  },
  {
    ...clean,
    name: "mismatch-1-percent",
    function: drifting(100),
    expected: because("no", "mismatches", /^120 of 12,000 pairs differ → true rate at least/),
  },
  {
    ...clean,
    name: "noisy-field",
    requests: 6_000,
    legacy: (n, asked) => stamped(n, momentOf(n, asked)),
    function: (n) => stamped(n, momentOf(n, 2)),
    expected: because("unknown", "mismatches", /legacy differs from itself at body\/updatedAt/),
  },
  {
    ...clean,
    name: "noisy-field-with-regression",
    requests: 6_000,
    legacy: (n, asked) => stamped(n, momentOf(n, asked)),
    function: (n) => stamped(n, chanceOf(n, 4) < 0.1 ? "just now" : momentOf(n, 2)),
    expected: because("no", "fields", /^body\/updatedAt regresses: it is a value of shape "text"/),
  },
  {
    ...clean,
    name: "slow",
    function: (n) => json(order(n), 5 * durationOf(n, 2)),
    expected: because("no", "latency", /^p99 about \d+ ms vs legacy \d+ ms; median/),
  },
  {
    ...clean,
    name: "failing",
    function: (n) => (n % 50 === 0 ? json({ error: "busy" }, 5, 503) : json(order(n), durationOf(n, 2))),
    expected: because(
      "no",
      "errors",
      /^the function failed in 2 % of 12,000 pairs, legacy in 0 % → at least 1\.\d %/,
    ),
  },
  {
    ...clean,
    name: "no-traffic",
    requests: 0,
    expected: because("unknown", "pairs", /^no pair of function version 7 was compared$/),
  },
  {
    ...clean,
    name: "stale-version",
    version: "6",
    expected: because(
      "unknown",
      "pairs",
      /^no pair of function version 7 .*; 12,000 of version 6 do not count/,
    ),
  },
  {
    ...clean,
    name: "mixed-methods",
    methods: ["GET", "POST"],
    expected: because("unknown", "coverage", /^POST was never compared$/),
  },
  {
    ...clean,
    name: "stale-in-time",
    ageMs: 3 * DAY_MS,
    expected: because("unknown", "freshness", /^the newest pair is 3 days old; 24 hours are allowed/),
  },
  {
    ...clean,
    name: "inconclusive",
    requests: 3_000,
    function: (n) => {
      const answer = json(order(n), durationOf(n, 2));
      // Says that it is compressed, and is not.
      return n % 5 === 0 ? { ...answer, headers: [...JSON_HEADERS, "content-encoding", "gzip"] } : answer;
    },
    rules: { ...DEFAULT_RULES, ignoredHeaders: ["content-encoding"] },
    rulesNow: { ...DEFAULT_RULES, ignoredHeaders: ["content-encoding"] },
    expected: because("unknown", "mismatches", /600 more pairs could not be compared, 20 % of all/),
  },
  {
    ...clean,
    name: "rules-changed",
    legacy: (n, asked) => stamped(n, n % 100 === 0 ? momentOf(n, asked) : "2026-01-01T00:00:00Z"),
    function: (n) => stamped(n, n % 100 === 0 ? momentOf(n, 2) : "2026-01-01T00:00:00Z"),
    rulesNow: { ...DEFAULT_RULES, matchers: [timestampOf("body/updatedAt")] },
    expected: because(
      "unknown",
      "pairs",
      /^no pair of function version 7 .*; 12,000 under other rules do not count/,
    ),
  },
];
