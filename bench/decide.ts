import { decide, flagOf, needsKey, type Asking } from "../gateway/flags/decide.ts";
import { parseFlags } from "../gateway/flags/document.ts";
import { stickyKey } from "../gateway/flags/sticky-key.ts";
import { loadConfig } from "../gateway/config/load.ts";
import { aRequest } from "../test/support/requests.ts";

/**
 * What one flag decision costs: 1,000 routes with flags, rules and testers, most of them canaries. Prints nanoseconds and
 * allocated bytes a decision, medians of interleaved rounds.
 */

const ROUTES = 1_000;
const ROUNDS = 9;
const DECISIONS = 200_000;

const routesYaml = Array.from(
  { length: ROUTES },
  (_, n) => `  r${n}: { match: { path: /r/${n} }, function: { lambda: f }, group: g${n % 50} }`,
);
const loaded = loadConfig(
  `version: 1\nlegacy: { url: http://legacy }\nroutes:\n${routesYaml.join("\n")}\n`,
  "routes.yaml",
  {},
);
if ("problems" in loaded) throw new Error(loaded.problems[0]!.message);
const { routes } = loaded.config;

const rules = [
  { when: [{ of: "header:x-beta", equals: "1" }], side: "function" },
  { when: [{ of: "cookie:plan", in: ["gold", "silver"] }], percent: 50 },
];
const flagsOf = (flag: object) => {
  const parsed = parseFlags(
    JSON.stringify({
      version: 1,
      routes: Object.fromEntries(routes.map(({ id }) => [id, flag])),
    }),
  );
  if (!parsed.ok) throw new Error(parsed.problems[0]);
  return parsed.snapshot;
};

const request = aRequest({
  headers: [
    "Host",
    "shop",
    "User-Agent",
    "bench",
    "Accept",
    "*/*",
    "Cookie",
    "sid=abc; basket=1",
    "X-User-Id",
    "user-4711",
  ],
});
const sources = [{ from: "header", name: "x-user-id" }] as const;
const cases: Readonly<Record<string, ReturnType<typeof flagsOf>>> = {
  "stage cutover": flagsOf({ stage: "cutover" }),
  "canary, key hashed": flagsOf({ stage: "canary", percent: 25 }),
  "canary, two rules, testers": flagsOf({
    stage: "canary",
    percent: 25,
    rules,
    testers: { function: Array.from({ length: 3 }, (_, n) => `tester-${n}`) },
  }),
};

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const results = new Map<string, { ns: number[]; bytes: number[] }>();
let functions = 0;

for (let round = 0; round < ROUNDS; round++) {
  for (const [name, flags] of Object.entries(cases)) {
    const result = results.get(name) ?? { ns: [], bytes: [] };
    results.set(name, result);
    const heapBefore = process.memoryUsage().heapUsed;
    const startedAt = process.hrtime.bigint();
    for (let n = 0; n < DECISIONS; n++) {
      const route = routes[n % ROUTES]!;
      const wantsKey = needsKey(flagOf(route, flags, request.receivedAt));
      const key = wantsKey ? (stickyKey(sources, request, {})?.key ?? null) : null;
      const asking: Asking = { key, request, params: {}, now: request.receivedAt };
      if (decide(route, asking, flags).primary === "function") functions += 1;
    }
    result.ns.push(Number(process.hrtime.bigint() - startedAt) / DECISIONS);
    // A collection in between would show as less than nothing.
    const grown = process.memoryUsage().heapUsed - heapBefore;
    if (grown > 0) result.bytes.push(grown / DECISIONS);
  }
}

process.stdout.write(
  `${ROUTES} routes, ${DECISIONS} decisions a round, median of ${ROUNDS} rounds, sticky key included\n`,
);
for (const [name, { ns, bytes }] of results) {
  const allocated = bytes.length === 0 ? "?" : median(bytes).toFixed(0);
  process.stdout.write(`  ${name.padEnd(34)} ${median(ns).toFixed(0).padStart(5)} ns   ${allocated} bytes\n`);
}
process.stdout.write(`(${functions} went to the function)\n`);
