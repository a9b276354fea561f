import type { Observation } from "../diff/observation.ts";
import type { FiledSample, SampleQuery } from "./evidence-store.ts";
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

/** Of an answer, the body says only how long it is: its bytes are beside the document. */
function withoutBytes(observation: Observation) {
  if (observation.kind === "failed") return observation;
  const { body, headers, ...rest } = observation;
  return { ...rest, headers: [...headers], body: { ...body, bytes: body.bytes.length } };
}
