import { compareBytes } from "./bytes.ts";
import { decodeText, namedInside } from "./charset.ts";
import { decodeContent } from "./decode.ts";
import { charsetOf, parseMediaType } from "./field-value.ts";
import type { Findings } from "./findings.ts";
import { compareForms } from "./forms.ts";
import type { Fields } from "./headers.ts";
import { compareJson } from "./json.ts";
import { parseJson } from "./json-source.ts";
import { compareMarkup } from "./markup.ts";
import { parseMarkup } from "./markup-tree.ts";
import { type BodyKind, kindOf } from "./media-kind.ts";
import { type CapturedBody, wentOverCap } from "./observation.ts";
import type { PlaceRules } from "./places.ts";
import type { CompareRules } from "./rules.ts";
import { compareText } from "./text.ts";
import { Undecided, type Work } from "./work.ts";

/** What one side sent as its body. */
export interface Sent {
  readonly body: CapturedBody;
  readonly fields: Fields;
}

/** A body without its codings, and how it says that it is to be read. */
interface Content {
  readonly bytes: Buffer;
  /** Null when nothing says so. */
  readonly kind: BodyKind | null;
  readonly charset: string | null;
}

const BYTE_ORDER_MARK = "\uFEFF";

/** What a comparison of bodies goes by: the rules, those of `body` and below, and what it may cost. */
export interface BodyRules {
  readonly rules: CompareRules;
  readonly place: PlaceRules;
  readonly findings: Findings;
  readonly work: Work;
}

/** Compares two bodies by what they say, as far as their kind is understood. */
export function compareBodies(primary: Sent, candidate: Sent, by: BodyRules): void {
  if (wentOverCap(primary.body) || wentOverCap(candidate.body)) {
    if (!areSameBodies(primary.body, candidate.body))
      throw new Undecided("over-cap", "larger than what is kept, and not the same bytes");
    return;
  }
  const [p, c] = [contentOf(primary), contentOf(candidate)];
  if (p.bytes.equals(c.bytes)) return;
  if (p.bytes.length === 0 || c.bytes.length === 0) return compareWithNone(p, c, by);
  if (p.kind === c.kind) compareAs(p.kind ?? "json", p, c, by);
  // Where the two disagree, what both certainly are. A header difference already says that they disagree.
  else if (!asJson(p, c, by)) compareAs("text", p, c, by);
}

/** True when two bodies are the same bytes, by their hashes where they were too large to be kept. */
export function areSameBodies(a: CapturedBody, b: CapturedBody): boolean {
  if (a.length !== b.length) return false;
  if (wentOverCap(a) || wentOverCap(b)) return a.sha256 !== null && a.sha256 === b.sha256;
  return a.bytes.equals(b.bytes);
}

function contentOf({ body, fields }: Sent): Content {
  const mediaType = parseMediaType(fields.get("content-type")?.[0] ?? "");
  return {
    bytes: decodeContent(body.bytes, fields.get("content-encoding") ?? []),
    kind: kindOf(mediaType.essence),
    charset: charsetOf(mediaType),
  };
}

function compareWithNone(p: Content, c: Content, { place, findings }: BodyRules): void {
  const shown = (content: Content) =>
    content.bytes.length === 0 ? null : (textOf(content) ?? `${content.bytes.length} bytes`);
  findings.texts("body", place, shown(p), shown(c));
}

/** Compares as one kind, or as the next plainer one when one of the two is not of that kind after all. */
function compareAs(kind: BodyKind, p: Content, c: Content, by: BodyRules): void {
  const { rules, place, findings, work } = by;
  if (kind === "json" && asJson(p, c, by)) return;
  const isMarkup = kind === "html" || kind === "xml";
  if (isMarkup && rules.markup === "structure" && asMarkup(kind, p, c, by)) return;
  const [a, b] = [textOf(p), textOf(c)];
  const isText = kind !== "bytes" && !(isMarkup && rules.markup === "bytes") && a !== null && b !== null;
  // Two spellings in two character sets may say the same, and so may two byte sequences that are no text.
  if (!isText) compareBytes(p.bytes, c.bytes, place, findings);
  else if (kind === "form") compareForms(a, b, place, findings, work);
  else compareText(a, b, place, findings, work);
}

function asJson(p: Content, c: Content, { rules, place, findings, work }: BodyRules): boolean {
  const [a, b] = [textOf(p), textOf(c)];
  const primary = a === null ? null : parseJson(withoutMark(a));
  const candidate = b === null || primary === null ? null : parseJson(withoutMark(b));
  if (primary === null || candidate === null) return false;
  // RFC 8259 §8.1: nobody may send a mark, and readers may fail on one.
  if (a!.startsWith(BYTE_ORDER_MARK) !== b!.startsWith(BYTE_ORDER_MARK))
    findings.add("body", place, "bytes", markOf(a!), markOf(b!));
  compareJson(primary, candidate, place, rules, findings, work);
  return true;
}

function asMarkup(kind: "html" | "xml", p: Content, c: Content, by: BodyRules): boolean {
  const [a, b] = [textOf(p), textOf(c)];
  if (a === null || b === null) return false;
  const [primary, candidate] = [parseMarkup(a, kind, by.work), parseMarkup(b, kind, by.work)];
  if (primary === null || candidate === null) return false;
  compareMarkup(primary, candidate, by.place, by.findings, by.work);
  return true;
}

function textOf({ bytes, kind, charset }: Content): string | null {
  const named = charset ?? (kind === "html" || kind === "xml" ? namedInside(bytes) : null);
  return decodeText(bytes, named);
}

const withoutMark = (text: string) => (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);

const markOf = (text: string) =>
  text.startsWith(BYTE_ORDER_MARK) ? "begins with a byte order mark" : "begins without a byte order mark";
