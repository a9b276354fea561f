import type { RedactSettings } from "../diff/redact.ts";
import type { Sample } from "../store/evidence-store.ts";
import { asBuffer, received } from "./compare-call.ts";

/** One sample whose secrets are to be taken out, as it is handed to another thread. */
export interface RedactCall {
  readonly sample: Sample;
  readonly settings: RedactSettings;
  readonly key: Uint8Array;
}

/** What arrives in a thread, and comes back from it, has plain arrays where Buffers were sent. */
export function receivedSample(sample: Sample): Sample {
  const { request, primary, candidate } = sample;
  return {
    ...sample,
    request: { ...request, body: asBuffer(request.body) },
    primary: received(primary),
    candidate: received(candidate),
  };
}
