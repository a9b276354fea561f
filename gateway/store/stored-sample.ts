import { z } from "zod";
import type { CapturedBody, Observation } from "../diff/observation.ts";
import { FAILURE_KINDS, type FailureKind } from "../upstreams/upstream.ts";
import { DIFFERENCE_KINDS } from "./difference-kinds.ts";
import { StoreError, type Sample } from "./evidence-store.ts";
import type { SampleRecord } from "./sample-record.ts";

/** The sample of a record; the bytes are its own. */
export function sampleOf(stored: Pick<SampleRecord, "document" | "bodies">): Sample {
  const parsed = sampleDocument.safeParse(JSON.parse(stored.document));
  if (!parsed.success)
    throw new StoreError("a stored sample was written in a way that this release cannot read");
  const { request, primary, candidate, ...rest } = parsed.data;
  const taken = { at: 0 };
  const take = (length: number) => Buffer.from(stored.bodies.subarray(taken.at, (taken.at += length)));
  return {
    ...rest,
    request: { ...request, body: take(request.body) },
    primary: withBytes(primary, take),
    candidate: withBytes(candidate, take),
  };
}

function withBytes(stored: StoredObservation, take: (length: number) => Buffer): Observation {
  if (stored.kind === "failed") return stored;
  const body: CapturedBody = { ...stored.body, bytes: take(stored.body.bytes) };
  return { ...stored, body };
}

const failureKind = z.custom<FailureKind>((kind) => typeof kind === "string" && kind in FAILURE_KINDS);
const headers = z.array(z.string());
const storedObservation = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("answered"),
    status: z.number(),
    headers,
    body: z.object({ bytes: z.number(), length: z.number(), sha256: z.string().nullable() }),
    durationMs: z.number(),
    version: z.string().nullable(),
  }),
  z.object({ kind: z.literal("failed"), failure: failureKind, durationMs: z.number() }),
]);
type StoredObservation = z.infer<typeof storedObservation>;

const difference = z.object({
  at: z.string(),
  kind: z.enum(DIFFERENCE_KINDS),
  primary: z.string().nullable(),
  candidate: z.string().nullable(),
});
const sampleDocument = z.object({
  id: z.string(),
  key: z.object({
    routeId: z.string(),
    candidate: z.enum(["legacy", "function"]),
    functionVersion: z.string(),
    legacyBuild: z.string(),
    rulesDigest: z.string(),
    environment: z.string(),
  }),
  at: z.number(),
  request: z.object({ method: z.string(), target: z.string(), headers, body: z.number() }),
  primary: storedObservation,
  candidate: storedObservation,
  comparison: z.object({
    verdict: z.enum(["match", "ignored", "mismatch", "inconclusive"]),
    identical: z.boolean(),
    differences: z.array(difference),
    ignored: z.array(difference.extend({ by: z.string() })),
    truncated: z.boolean(),
    reason: z.enum(["over-cap", "too-complex", "undecodable", "rule-failed", "primary-failed"]).nullable(),
  }),
});
