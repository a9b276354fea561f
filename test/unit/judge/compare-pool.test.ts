import { afterEach, beforeEach, expect, it } from "vitest";
import type { Observation } from "../../../gateway/diff/observation.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import { comparePool, type Comparer } from "../../../gateway/judge/compare-pool.ts";

const answered = (body: Buffer, type = "application/json"): Observation => ({
  kind: "answered",
  status: 200,
  headers: ["content-type", type],
  body: { bytes: body, length: body.length, sha256: null },
  durationMs: 1,
  version: null,
});
const json = (value: unknown) => answered(Buffer.from(JSON.stringify(value)));
const large = (last: string) => json({ rows: Array.from({ length: 2000 }, (_, n) => `row ${n}`), last });

let pool: Comparer;
beforeEach(() => {
  pool = comparePool({ maxWaiting: 2 });
});
afterEach(() => pool.stop());

const compared = (a: Observation, b: Observation) => pool.compare(a, b, DEFAULT_RULES, 0);

it("compares the small at once and the large in its thread, with the same outcome", async () => {
  expect(await compared(json({ a: 1 }), json({ a: 2 }))).toMatchObject({ differences: [{ at: "body/a" }] });
  expect(await compared(large("x"), large("y"))).toMatchObject({
    verdict: "mismatch",
    differences: [{ at: "body/last", primary: '"x"', candidate: '"y"' }],
  });
  expect(await compared(large("x"), large("x"))).toMatchObject({ verdict: "match", identical: true });
});

it("says no when too much is waiting", async () => {
  const all = await Promise.all([1, 2, 3, 4, 5].map((n) => compared(large("x"), large(`y${n}`))));
  expect(all.map((one) => one === null)).toEqual([false, false, false, true, true]);
});

it("gives up what takes too long, and goes on with what waits behind it", async () => {
  await pool.stop();
  pool = comparePool({ deadlineMs: 1 });
  const slow = await compared(large("x"), large("y"));
  expect(slow).toMatchObject({ verdict: "inconclusive", reason: "too-complex" });
  await pool.stop();
  pool = comparePool();
  expect(await compared(large("x"), large("y"))).toMatchObject({ verdict: "mismatch" });
});

it("answers what is under way when it is stopped", async () => {
  const waiting = compared(large("x"), large("y"));
  await pool.stop();
  expect(await waiting).toMatchObject({ verdict: "inconclusive" });
});
