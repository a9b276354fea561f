import type { Observation } from "../diff/observation.ts";
import type { CompareRules } from "../diff/rules.ts";

/** One comparison, as it is handed to another thread. */
export interface CompareCall {
  readonly primary: Observation;
  readonly candidate: Observation;
  readonly rules: CompareRules;
  readonly now: number;
}

/** What arrives in a thread has plain arrays where Buffers were sent. */
export function received(observation: Observation): Observation {
  if (observation.kind === "failed") return observation;
  return { ...observation, body: { ...observation.body, bytes: asBuffer(observation.body.bytes) } };
}

/** The same bytes, as what they were sent as. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
