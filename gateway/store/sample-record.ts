import { z } from "zod";
import { FAILURE_KINDS, type FailureKind } from "../upstreams/upstream.ts";
import type { CapturedBody, Observation } from "../diff/observation.ts";
import { DIFFERENCE_KINDS } from "./difference-kinds.ts";
import { StoreError, type FiledSample, type Sample, type SampleQuery } from "./evidence-store.ts";
import { storableName, storableText } from "./storable.ts";

/** A sample as it is stored: what queries look at, a JSON document, and all bodies one after the other. */
export interface SampleRecord {
  readonly id: string;
  readonly routeId: string;
  readonly environment: string;
  readonly at: number;
  /** What it is found by: `kind place`, `kind:kind` and `at:place` of each of its groups. */
  readonly groups: readonly string[];
  readonly document: string;
  readonly bodies: Uint8Array;
}

/** Bytes that a sample takes up. */
export function sizeOf({ document, bodies }: Pick<SampleRecord, "document" | "bodies">): number {
  return Buffer.byteLength(document) + bodies.length;
}

export function sampleRecord({ sample, groups }: FiledSample): SampleRecord {
  const { id, key, at, request, primary, candidate, comparison } = sample;
  const bodies = [request.body, bodyOf(primary), bodyOf(candidate)];
  const document = {
    id,
    key,
    at,
    comparison,
    request: { ...request, body: request.body.length },
    primary: withoutBytes(primary),
    candidate: withoutBytes(candidate),
  };
  return {
    id: storableName(id),
    routeId: storableText(key.routeId),
    environment: storableText(key.environment),
    at: Math.floor(at),
    groups: [...new Set(groups.flatMap(({ at: place, kind }) => groupTokens(place, kind)))],
    document: JSON.stringify(document),
    bodies: together(bodies),
  };
}

/** The token that finds the samples of a group, of a place or of a kind; null when the query names none of them. */
export function groupToken({ at, kind }: SampleQuery): string | null {
  if (at === undefined) return kind === undefined ? null : `kind:${kind}`;
  return kind === undefined ? `at:${storableName(at)}` : `${kind} ${storableName(at)}`;
}

/** The sample of a record; the bytes are its own. */
export function sampleOf(stored: { readonly document: string; readonly bodies: Uint8Array }): Sample {
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

function groupTokens(place: string, kind: string): string[] {
  const at = storableName(place);
  return [`${kind} ${at}`, `at:${at}`, `kind:${kind}`];
}

function bodyOf(observation: Observation): Buffer {
  return observation.kind === "answered" ? observation.body.bytes : Buffer.alloc(0);
}

/** An array of its own, as what is cut out of a pool takes the whole pool along to another thread. */
function together(parts: readonly Buffer[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function withoutBytes(observation: Observation): StoredObservation {
  if (observation.kind === "failed") return observation;
  const { body, headers, ...rest } = observation;
  return { ...rest, headers: [...headers], body: { ...body, bytes: body.bytes.length } };
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
