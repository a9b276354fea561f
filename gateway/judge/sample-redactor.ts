import { createHash } from "node:crypto";
import { wentOverCap, type CapturedBody, type Observation } from "../diff/observation.ts";
import { redactor, type Redactor, type RedactSettings } from "../diff/redact.ts";
import type { Sample } from "../store/evidence-store.ts";
import { deadlineThread, type DeadlineThreadOptions } from "./deadline-thread.ts";
import { receivedSample, type RedactCall } from "./redact-call.ts";

/** Takes secrets out of what is kept, without ever holding up a request. */
export interface SampleRedactor extends Pick<Redactor, "comparison"> {
  /** The sample without its secrets; without its bodies as well when they take too long. Never rejects. */
  sample(sample: Sample): Promise<Sample>;
  /** Takes other settings into use. */
  use(settings: RedactSettings): void;
  stop(): Promise<void>;
}

export interface SampleRedactorOptions extends DeadlineThreadOptions {
  /** Samples with bodies up to this size together are redacted at once: it takes about a microsecond a byte. */
  readonly inlineBytes?: number;
}

/** The worker as source, or next to this file once that is compiled. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./redact-worker.ts" : "./redact-worker.js",
  import.meta.url,
);

/** Redacts small samples at once, and large ones in a thread with a deadline. */
export function sampleRedactor(
  first: RedactSettings,
  key: Buffer,
  { inlineBytes = 4 * 1024, ...bounds }: SampleRedactorOptions = {},
): SampleRedactor {
  // Copies hold their place in the budget meanwhile: of many large ones only some are kept whole.
  const thread = deadlineThread<RedactCall, Sample>(WORKER, { maxWaiting: 4, deadlineMs: 2_000, ...bounds });
  let settings = first;
  let inline = redactor(first, key);
  return {
    comparison: (comparison) => inline.comparison(comparison),
    async sample(sample) {
      if (bodyBytes(sample) <= inlineBytes) return inline.sample(sample);
      const redacted = await thread.run({ sample, settings, key });
      return typeof redacted === "string" ? inline.sample(withoutBodies(sample)) : receivedSample(redacted);
    },
    use(next) {
      settings = next;
      inline = redactor(next, key);
    },
    stop: () => thread.stop(),
  };
}

function bodyBytes({ request, primary, candidate }: Sample): number {
  // Of bodies over the cap nothing but size and digest is kept: nobody looks into them.
  const kept = (side: Observation) =>
    side.kind === "failed" || wentOverCap(side.body) ? 0 : side.body.bytes.length;
  return request.body.length + kept(primary) + kept(candidate);
}

/** As if no byte of its bodies had been captured: sizes and digests stay, which is what is kept of bodies over the cap. */
function withoutBodies({ request, primary, candidate, ...rest }: Sample): Sample {
  const bodiless = (side: Observation): Observation =>
    side.kind === "failed" ? side : { ...side, body: withoutBytes(side.body) };
  const { length } = request.body;
  return {
    ...rest,
    request: { ...request, body: Buffer.from(length === 0 ? "" : `redacted:${length} bytes`) },
    primary: bodiless(primary),
    candidate: bodiless(candidate),
  };
}

function withoutBytes({ bytes, length, sha256 }: CapturedBody): CapturedBody {
  const digest = sha256 ?? createHash("sha256").update(bytes).digest("hex");
  return { bytes: Buffer.alloc(0), length, sha256: digest };
}
