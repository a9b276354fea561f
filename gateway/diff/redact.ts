import { isUtf8 } from "node:buffer";
import type { Sample } from "../store/evidence-store.ts";
import { allValues } from "../http/headers.ts";
import type { Comparison, Difference } from "./comparison.ts";
import { decodeContent, encodeContent } from "./redact-coding.ts";
import { type CapturedBody, type Observation, wentOverCap } from "./observation.ts";
import type { PlaceRules } from "./places.ts";
import { type ContentTerms, redactContent } from "./redact-content.ts";
import { redactDifference } from "./redact-difference.ts";
import { redactHeaders, redactTarget } from "./redact-fields.ts";
import { secretPlaces } from "./redact-json.ts";
import { sensitiveNames } from "./redact-names.ts";
import { Vault } from "./redact-vault.ts";

/** What an operator says about secrets, beside what is known of them anyway. */
export interface RedactSettings {
  /** Names of header fields, parameters, fields and members whose values are secrets. */
  readonly names: readonly string[];
  /** Names that look like those of secrets and are not: `tokens`. */
  readonly harmlessNames: readonly string[];
  /** Places as rules write them, and `query/<name>` and `path/<n>`: `body/customer/taxNumber`, `header/x-tenant`. */
  readonly places: readonly string[];
  /** As the rules for comparing have it: whether `1` and `1.0` have to stay different. */
  readonly numbersAsWritten: boolean;
}

export const DEFAULT_REDACTION: RedactSettings = {
  names: [],
  harmlessNames: [],
  places: [],
  numbersAsWritten: false,
};

type StoredRequest = Sample["request"];

/**
 * Replaces secrets by tokens before anything is queued or written. What was equal stays equal and what was different stays
 * different: a token is the same for the same secret, on both sides, in each sample, as long as the key is.
 */
export interface Redactor {
  /** A sample; what is a secret in one part of it is one in all of it, in whatever spelling. */
  sample(sample: Sample): Sample;
  request(request: StoredRequest): StoredRequest;
  observation(observation: Observation): Observation;
  comparison(comparison: Comparison): Comparison;
  difference(difference: Difference): Difference;
}

/** Bytes that a key has at least: those of the digest. */
const MIN_KEY_BYTES = 32;

/** A redactor with an installation's own key. With another key all tokens are others. */
export function redactor(settings: RedactSettings, key: Buffer): Redactor {
  if (key.length < MIN_KEY_BYTES)
    throw new Error(`The key for redaction has ${key.length} bytes; give it ${MIN_KEY_BYTES} random ones.`);
  const places = secretPlaces(settings.places);
  // The root of no rules still is a root; what is below it is idle.
  const nowhere = secretPlaces([]).below("");
  const isSensitive = sensitiveNames(settings.names, settings.harmlessNames);
  const partsWith = (vault: Vault): Parts =>
    partsOf({ vault, isSensitive, nowhere, numbersAsWritten: settings.numbersAsWritten }, places);
  const alone = () => partsWith(new Vault(key));
  return {
    sample(sample) {
      const vault = new Vault(key);
      const parts = partsWith(vault);
      wholeSample(sample, parts);
      // What came to light in the answer may stand in the request, too.
      vault.complete();
      return wholeSample(sample, parts);
    },
    request: (request) => alone().request(request),
    observation: (observation) => alone().observation(observation),
    comparison: (comparison) => alone().comparison(comparison),
    difference: (difference) => alone().difference(difference),
  };
}

type Parts = Omit<Redactor, "sample">;

function wholeSample(sample: Sample, parts: Parts): Sample {
  return {
    ...sample,
    request: parts.request(sample.request),
    primary: parts.observation(sample.primary),
    candidate: parts.observation(sample.candidate),
    comparison: parts.comparison(sample.comparison),
  };
}

function partsOf(terms: ContentTerms, places: PlaceRules): Parts {
  const difference = <D extends Difference>(difference: D): D => redactDifference(difference, terms, places);
  return {
    difference,
    comparison: (comparison) => ({
      ...comparison,
      differences: comparison.differences.map(difference),
      ignored: comparison.ignored.map(difference),
    }),
    request(request) {
      const whole = { bytes: request.body, length: request.body.length, sha256: null };
      const codings = allValues(request.headers, "content-encoding");
      const body = redactBody(whole, codings, terms, places.below("body"));
      return {
        ...request,
        target: redactTarget(request.target, terms, places),
        headers: redactHeaders(request.headers, terms, places),
        // A request has no place for the digest of what is not kept.
        body: wentOverCap(body) ? Buffer.from(`redacted:${body.length} bytes`) : body.bytes,
      };
    },
    observation(observation) {
      if (observation.kind === "failed") return observation;
      const codings = allValues(observation.headers, "content-encoding");
      return {
        ...observation,
        headers: redactHeaders(observation.headers, terms, places),
        body: redactBody(observation.body, codings, terms, places.below("body")),
      };
    },
  };
}

/**
 * A body with its secrets replaced by tokens. Of a body in which nobody can look for them (binary, undecodable, cut) length
 * and a keyed digest are kept, which is all that comparing it needs.
 */
function redactBody(
  body: CapturedBody,
  codings: readonly string[],
  terms: ContentTerms,
  place: PlaceRules,
): CapturedBody {
  if (body.length === 0) return body;
  if (wentOverCap(body)) return withoutBytes(body.length, body.sha256 ?? body.bytes, terms);
  const content = decodeContent(body.bytes, codings);
  if (content === null) return withoutBytes(body.length, body.bytes, terms);
  const encoding = encodingOf(content);
  const text = encoding === null ? null : content.toString(encoding);
  const redacted = text === null ? null : redactContent(text, terms, place);
  if (encoding === null || redacted === null) return withoutBytes(content.length, content, terms);
  if (redacted === text) return body;
  const bytes = encodeContent(Buffer.from(redacted, encoding), codings);
  return { bytes, length: bytes.length, sha256: null };
}

function withoutBytes(length: number, digested: Buffer | string, { vault }: ContentTerms): CapturedBody {
  return { bytes: Buffer.alloc(0), length, sha256: vault.digest(digested) };
}

/** How bytes are read as text without losing any of them; null when they are no text. */
function encodingOf(bytes: Buffer): "utf8" | "latin1" | null {
  const control = bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (control) return null;
  return isUtf8(bytes) ? "utf8" : "latin1";
}
