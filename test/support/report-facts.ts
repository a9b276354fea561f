import type { Gate } from "../../gateway/evidence/gate.ts";
import type { ReportFacts, RouteFacts } from "../../gateway/report/report.ts";
import type { EvidenceKey, Group, Sample, Summary } from "../../gateway/store/evidence-store.ts";
import { NO_COUNTS } from "../../gateway/store/increments.ts";

/** 2026-11-21T14:00Z. */
export const JUDGED_AT = Date.UTC(2026, 10, 21, 14);
const HOUR_MS = 3_600_000;
export const FIRST_AT = JUDGED_AT - 6 * HOUR_MS;
export const LAST_AT = JUDGED_AT - 60_000;

export const GATE: Gate = {
  confidence: 0.95,
  maxMismatchRate: 0.001,
  maxErrorExcess: 0.001,
  latency: { factor: 1.2, slackMs: 50 },
  minPairs: 1_000,
  maxAgeMs: 24 * HOUR_MS,
  breakerClosedForMs: HOUR_MS,
};

const CURRENT = {
  functionVersion: "41",
  legacyBuild: "2026.11.3",
  rulesDigest: "9f86d081",
  environment: "prod",
};

export function evidenceKey(route: string, changes: Partial<EvidenceKey> = {}): EvidenceKey {
  return { routeId: route, candidate: "function", ...CURRENT, ...changes };
}

export function summary(route: string, changes: Partial<Summary> = {}): Summary {
  const compared = changes.counts?.compared ?? 12_480;
  return {
    key: evidenceKey(route),
    counts: { ...NO_COUNTS, compared, matched: compared, identical: compared },
    primaryDurations: { 28: compared },
    candidateDurations: { 27: compared },
    ratios: { "-1": compared },
    dropped: { rate: 40 },
    coverage: { "GET 200 application/json": compared },
    groups: [],
    noise: [],
    firstAt: FIRST_AT,
    lastAt: LAST_AT,
    ...changes,
  };
}

export function group(changes: Partial<Group> = {}): Group {
  return {
    at: "body/total",
    kind: "value",
    pairs: 9,
    ignoredPairs: 0,
    firstAt: FIRST_AT,
    lastAt: LAST_AT,
    examples: [{ primary: "129.90", candidate: "129.9000000001" }],
    ...changes,
  };
}

export function sample(route: string, changes: Partial<Sample> = {}): Sample {
  const answered = (body: string, durationMs: number) => ({
    kind: "answered" as const,
    status: 200,
    headers: ["Content-Type", "application/json"],
    body: { bytes: Buffer.from(body), length: Buffer.byteLength(body), sha256: null },
    durationMs,
    version: null,
  });
  return {
    id: "01JD7Z0QH5W8",
    key: evidenceKey(route),
    at: LAST_AT,
    request: {
      method: "GET",
      target: "/api/orders/4711?expand=lines",
      headers: ["Accept", "*/*"],
      body: Buffer.alloc(0),
    },
    primary: answered('{"id":4711,"total":129.90,"currency":"EUR","lines":[{"sku":"A-1","qty":2}]}', 180),
    candidate: answered(
      '{"id":4711,"total":129.9000000001,"currency":"EUR","lines":[{"sku":"A-1","qty":2}]}',
      142,
    ),
    comparison: {
      verdict: "mismatch",
      identical: false,
      differences: [{ at: "body/total", kind: "value", primary: "129.90", candidate: "129.9000000001" }],
      ignored: [{ at: "header/etag", kind: "value", primary: '"a1"', candidate: '"b7"', by: "etag" }],
      truncated: false,
      reason: null,
    },
    ...changes,
  };
}

export function routeFacts(route: string, changes: Partial<RouteFacts> = {}): RouteFacts {
  return {
    route,
    match: `GET /api/${route}/{id}`,
    methods: ["GET"],
    line: 12,
    stage: "canary",
    percent: 25,
    to: "cutover",
    gate: GATE,
    current: CURRENT,
    evidence: [summary(route)],
    rejudged: [],
    samples: [],
    left: {},
    live: null,
    ...changes,
  };
}

/** A replay in which one route regresses, of one too little is known, and one is as it should be. */
export function reportFacts(changes: Partial<ReportFacts> = {}): ReportFacts {
  return {
    schemaVersion: 1,
    source: { kind: "corpus", names: ["orders.ndjson"], firstAt: FIRST_AT, lastAt: LAST_AT },
    configFile: "routes.yaml",
    routes: [
      routeFacts("get-order", {
        evidence: [
          summary("get-order", {
            counts: { ...NO_COUNTS, compared: 12_480, matched: 12_468, ignored: 3, mismatched: 9 },
            groups: GROUPS,
          }),
        ],
        samples: [sample("get-order"), failed("get-order")],
        left: { unsafe: 12 },
      }),
      routeFacts("get-product", { line: 31, stage: "shadow", percent: null, to: "canary" }),
      routeFacts("list-orders", {
        line: 22,
        stage: "shadow",
        percent: null,
        to: "canary",
        evidence: [
          summary("list-orders", { counts: { ...NO_COUNTS, compared: 96, matched: 96, identical: 96 } }),
        ],
        left: { unreachable: 4 },
      }),
    ],
    left: { "no-route": 17, unsafe: 5 },
    judgedAt: JUDGED_AT,
    ...changes,
  };
}

const GROUPS: readonly Group[] = [
  group(),
  group({
    at: "body/lines/*/note",
    kind: "missing",
    pairs: 4,
    examples: [{ primary: '"gift wrap, please"', candidate: null }],
  }),
  group({ at: "header/etag", pairs: 3, ignoredPairs: 3, examples: [{ primary: '"a1"', candidate: '"b7"' }] }),
];

function failed(route: string): Sample {
  return sample(route, {
    id: "01JD7Z0R22KM",
    at: LAST_AT - 90_000,
    request: { method: "POST", target: "/api/orders", headers: [], body: Buffer.from('{"sku":"A-1"}') },
    candidate: { kind: "failed", failure: "timeout", durationMs: 3_000 },
    comparison: {
      verdict: "mismatch",
      identical: false,
      differences: [{ at: "failure", kind: "failure", primary: "200", candidate: "timeout" }],
      ignored: [],
      truncated: false,
      reason: null,
    },
  });
}
