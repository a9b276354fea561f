import { afterEach, expect, it } from "vitest";
import type { Observation } from "../../../gateway/diff/observation.ts";
import { DEFAULT_REDACTION, redactor } from "../../../gateway/diff/redact.ts";
import {
  sampleRedactor,
  type SampleRedactor,
  type SampleRedactorOptions,
} from "../../../gateway/judge/sample-redactor.ts";
import type { Sample } from "../../../gateway/store/evidence-store.ts";
import { filed } from "../../contract/evidence-store-examples.ts";

const KEY = Buffer.alloc(32, 1);
const SECRET = "sk_live_0123456789abcdef";

let made: SampleRedactor[] = [];
afterEach(async () => {
  for (const one of made) await one.stop();
  made = [];
});
function redacting(options?: SampleRedactorOptions): SampleRedactor {
  const one = sampleRedactor(DEFAULT_REDACTION, KEY, options);
  made.push(one);
  return one;
}

/** No machine is so busy that this is too late. */
const PATIENT = { deadlineMs: 25_000 };

const answered = (body: string): Observation => ({
  kind: "answered",
  status: 200,
  headers: ["content-type", "application/json"],
  body: { bytes: Buffer.from(body), length: body.length, sha256: null },
  durationMs: 1,
  version: null,
});
/** A secret on both sides, behind so many rows. */
function sampleOf(rows: number): Sample {
  const body = JSON.stringify({ rows: Array.from({ length: rows }, (_, n) => `row ${n}`), note: SECRET });
  const { sample } = filed();
  return { ...sample, primary: answered(body), candidate: answered(`${body} `) };
}

it.each([2, 5_000])(
  "takes the secrets out of a sample of %i rows, in a thread or not, alike",
  async (rows) => {
    const sample = sampleOf(rows);
    const redacted = await redacting(PATIENT).sample(sample);
    expect(redacted).toEqual(redactor(DEFAULT_REDACTION, KEY).sample(sample));
    expect(JSON.stringify(redacted)).not.toContain(SECRET);
    expect(redacted.primary.kind === "answered" && Buffer.isBuffer(redacted.primary.body.bytes)).toBe(true);
  },
);

it("keeps sizes and keyed digests where the thread takes too long, or too much waits for it", async () => {
  for (const bounds of [{ deadlineMs: 1 }, { maxWaiting: 0 }]) {
    const sample = sampleOf(5_000);
    const { primary, candidate, request } = await redacting(bounds).sample(sample);
    for (const side of [primary, candidate]) {
      if (side.kind === "failed") throw new Error("it answered");
      expect(side.body.bytes).toHaveLength(0);
      expect(side.body.length).toBeGreaterThan(10_000);
      expect(side.body.sha256).toMatch(/./);
    }
    expect(request.body.toString()).not.toContain(SECRET);
    expect(primary).not.toEqual(candidate);
  }
});

it("takes other settings into use, in its thread too", async () => {
  const one = redacting(PATIENT);
  one.use({ ...DEFAULT_REDACTION, names: ["rows"] });
  expect(JSON.stringify(await one.sample(sampleOf(5_000)))).not.toContain("row 17");
});

it("answers what is under way when it is stopped", async () => {
  const one = redacting(PATIENT);
  const waiting = one.sample(sampleOf(5_000));
  await one.stop();
  expect(JSON.stringify(await waiting)).not.toContain(SECRET);
});
