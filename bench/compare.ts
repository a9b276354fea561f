import { gzipSync } from "node:zlib";
import { compare } from "../gateway/diff/compare.ts";
import type { AnsweredObservation } from "../gateway/diff/observation.ts";
import { type CompareRules, DEFAULT_RULES } from "../gateway/diff/rules.ts";

/**
 * What one comparison costs on one core. Prints microseconds and comparisons a second, medians of interleaved rounds, and
 * as a yardstick what the engine's own JSON.parse takes for the two bodies alone.
 */

const ROUNDS = 9;
const ROUND_MS = 150;

const order = (n: number) => ({
  id: n,
  sku: `SKU-${n * 7919}`,
  name: `Teapot of ${n} cups, "blue"`,
  price: n * 1.25,
  inStock: n % 3 === 0,
  tags: ["tea", "kitchen"],
  supplier: { id: n % 17, city: "Zürich", note: null },
});
const orders = (count: number) => ({ page: 1, items: Array.from({ length: count }, (_, n) => order(n)) });

/** The same content with members in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, held]) => [name, turned(held)]),
  );
}

function answer(body: string, coding: "gzip" | null = null): AnsweredObservation {
  const bytes = coding === null ? Buffer.from(body) : gzipSync(body);
  const fields = {
    "Content-Type": "application/json; charset=utf-8",
    Date: "Sat, 01 Aug 2026 10:00:00 GMT",
    "Cache-Control": "no-cache",
    Vary: "Accept-Encoding",
    ETag: '"a1b2"',
    "X-Frame-Options": "DENY",
    ...(coding === null ? {} : { "Content-Encoding": coding }),
  };
  const headers = Object.entries(fields).flat();
  const captured = { bytes, length: bytes.length, sha256: null };
  return { kind: "answered", status: 200, headers, body: captured, durationMs: 12, version: "7" };
}

const small = JSON.stringify(orders(6));
const large = JSON.stringify(orders(620));
const [smallOne, largeOne] = [orders(6), orders(620)];
smallOne.items[3]!.price = 99;
largeOne.items[100]!.price = 99;
largeOne.items[500]!.name = "Kettle";
const largeAll = orders(620);
for (const item of largeAll.items) item.price += 0.5;
const rules: CompareRules = {
  ...DEFAULT_RULES,
  matchers: [{ id: "ids", at: "body/items/*/id", matcher: { like: "integer" } }],
  ignores: Array.from({ length: 100 }, (_, n) => ({
    id: `i${n}`,
    at: `body/items/*/field${n}`,
    kind: null,
    owner: "a team",
    reason: "known",
    until: Number.MAX_SAFE_INTEGER,
  })),
};

type Case = readonly [AnsweredObservation, AnsweredObservation, CompareRules];
const plain = (a: string, b: string, by = DEFAULT_RULES): Case => [answer(a), answer(b), by];
const cases: Readonly<Record<string, Case>> = {
  "1 KB, equal bytes": plain(small, small),
  "1 KB, one value differs": plain(small, JSON.stringify(smallOne)),
  "100 KB, equal bytes": plain(large, large),
  "100 KB, pretty-printed": plain(large, JSON.stringify(JSON.parse(large), null, 2)),
  "100 KB, members in another order": plain(large, JSON.stringify(turned(JSON.parse(large)))),
  "100 KB, two values differ": plain(large, JSON.stringify(largeOne)),
  "100 KB, two values differ, 101 rules": plain(large, JSON.stringify(largeOne), rules),
  "100 KB, one element more": plain(
    large,
    JSON.stringify({ page: 1, items: [order(-1), ...orders(620).items] }),
  ),
  "100 KB, every element differs": plain(large, JSON.stringify(largeAll)),
  "100 KB, two values differ, gzip": [
    answer(large, "gzip"),
    answer(JSON.stringify(largeOne), "gzip"),
    DEFAULT_RULES,
  ],
};

const parse = (a: string, b: string) => () => [JSON.parse(a), JSON.parse(b)] as unknown;
const works: Readonly<Record<string, () => unknown>> = {
  "1 KB, JSON.parse of both": parse(small, JSON.stringify(smallOne)),
  "100 KB, JSON.parse of both": parse(large, JSON.stringify(largeOne)),
  ...Object.fromEntries(
    Object.entries(cases).map(([name, [a, b, by]]) => [name, () => compare(a, b, by, 0)] as const),
  ),
};

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const results = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, work] of Object.entries(works)) {
    const startedAt = performance.now();
    let times = 0;
    while (performance.now() - startedAt < ROUND_MS) {
      work();
      times += 1;
    }
    const us = ((performance.now() - startedAt) * 1000) / times;
    // The first round warms up.
    if (round > 0) results.set(name, [...(results.get(name) ?? []), us]);
  }
}

process.stdout.write(
  `bodies of ${small.length} and ${large.length} bytes, one core, median of ${ROUNDS - 1} rounds\n`,
);
for (const [name, us] of results) {
  const [a, b, by] = cases[name] ?? [];
  const compared = a && b && by ? compare(a, b, by, 0) : null;
  const outcome = compared ? `${compared.verdict}, ${compared.differences.length} listed` : "";
  const rate = Math.round(1e6 / median(us)).toLocaleString("en");
  process.stdout.write(
    `  ${name.padEnd(38)} ${median(us).toFixed(1).padStart(8)} µs  ${rate.padStart(8)}/s  ${outcome}\n`,
  );
}
