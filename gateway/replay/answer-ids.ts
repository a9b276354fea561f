import { isUtf8 } from "node:buffer";
import { parseJson } from "../diff/json-source.ts";
import { decodeContent } from "../diff/redact-coding.ts";
import { allValues, type HeaderList } from "../http/headers.ts";
import { isSerial, isToken, namesSerials } from "./id-like.ts";
import { jsonScalars } from "./json-scalars.ts";

/** What ids are looked for in. */
export interface AnswerParts {
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** Ids of an answer by the place they stand at. */
export type AnswerIds = ReadonlyMap<string, string>;

const MAX_IDS = 2_000;
const MAX_BODY_BYTES = 1024 * 1024;
/** Cookies have a jar; the others say how long, when and what, never which one. */
const WITHOUT_IDS =
  /^(?:set-cookie|date|expires|last-modified|age|vary|cache-control|content-.*|x-amzn?-.*)$/;

/** The ids that an answer gave out: in its JSON, in its Location, in its other header fields. */
export function answerIds({ headers, body }: AnswerParts): AnswerIds {
  const ids = new Map<string, string>();
  const add = (place: string, text: string) => void (ids.size < MAX_IDS && ids.set(place, text));
  for (const [place, text] of headerIds(headers)) add(place, text);
  for (const location of allValues(headers, "location")) {
    const steps = location.replace(/^\w+:\/\/[^/]*/, "").split(/[/?&=#]/);
    steps.forEach((step, n) => (isToken(step) || isSerial(step)) && add(`location/${n}`, step));
  }
  const json = parseJson(textOf(headers, body));
  if (json === null) return ids;
  for (const { place, member, text } of jsonScalars(json)) {
    if (isToken(text) || (isSerial(text) && namesSerials(member))) add(`body${place}`, text);
    if (ids.size >= MAX_IDS) break;
  }
  return ids;
}

function* headerIds(headers: HeaderList): Generator<[string, string]> {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    if (name === "location" || WITHOUT_IDS.test(name)) continue;
    // In the quotes of an ETag there is nothing but the tag.
    const text = headers[i + 1]!.replace(/^(?:W\/)?"(.*)"$/, "$1");
    if (isToken(text)) yield [`header/${name}`, text];
  }
}

/** An answer's JSON, or what is none. */
function textOf(headers: HeaderList, body: Buffer): string {
  if (body.length > MAX_BODY_BYTES) return "";
  const content = decodeContent(body, allValues(headers, "content-encoding"));
  return content !== null && isUtf8(content) ? content.toString() : "";
}
