/** One step of a path template. Bytes are one per character, percent-decoded. */
export type Segment =
  | { readonly kind: "literal"; readonly bytes: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "tail"; readonly name: string };

/** A parsed path template: `/api/orders/{id}`, `/files/{rest*}`. */
export interface Pattern {
  /** As it was written. */
  readonly text: string;
  /** What stands between the slashes; a trailing slash is an empty literal at the end. */
  readonly segments: readonly Segment[];
}

/** Why a text is no path template, and what to write instead. */
export interface PatternProblem {
  readonly problem: string;
  readonly hint: string;
}

/** Param values by name; no prototype, so every name is safe. */
export type Params = Readonly<Record<string, string>>;

/** Deeper templates are refused; with this the cost of a match has a bound of its own. */
const MAX_SEGMENTS = 64;
const PARAM_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const NO_PARAMS: Params = Object.freeze(emptyParams());

/** The template, or the first thing wrong with it. Never throws. */
export function parsePattern(text: string): Pattern | PatternProblem {
  if (!text.startsWith("/")) return wrong("a path starts with `/`", `write ${JSON.stringify(`/${text}`)}`);
  if (text.includes("?")) return wrong("a path has no `?`", "match on the path alone; any query matches");
  if (text.includes("#")) return wrong("a path has no `#`", "fragments never reach a server; remove it");
  const written = text.slice(1).split("/");
  if (written.length > MAX_SEGMENTS)
    return wrong(`a path has at most ${MAX_SEGMENTS} segments`, "shorten it");
  const segments: Segment[] = [];
  const names = new Set<string>();
  for (const [index, segmentText] of written.entries()) {
    const last = index === written.length - 1;
    const segment = parseSegment(segmentText, last);
    if ("problem" in segment) return segment;
    if (segment.kind !== "literal") {
      if (names.has(segment.name)) return wrong(`{${segment.name}} is used twice`, "give each its own name");
      names.add(segment.name);
    }
    segments.push(segment);
  }
  return { text, segments };
}

function parseSegment(text: string, last: boolean): Segment | PatternProblem {
  if (text.includes("{") || text.includes("}")) return parsePlaceholder(text, last);
  if (text.includes("*")) return wrong("`*` alone is no wildcard", "write {rest*} as the last segment");
  if (text === "" && !last) return wrong("a path has no `//`", "remove the empty segment");
  return parseLiteral(text);
}

function parsePlaceholder(text: string, last: boolean): Segment | PatternProblem {
  const inner = text.slice(1, -1);
  if (!text.startsWith("{") || !text.endsWith("}") || inner.includes("{") || inner.includes("}")) {
    return wrong("braces take a whole segment", "write {name} between two slashes, with nothing beside it");
  }
  const tail = inner.endsWith("*");
  const name = tail ? inner.slice(0, -1) : inner;
  if (!PARAM_NAME.test(name)) {
    return wrong(
      "a param's name is letters, digits, `_` and `-`, and no digit first",
      "write {id} or {rest*}",
    );
  }
  if (tail && !last) return wrong("{…*} takes the rest of the path", "use it as the last segment only");
  return { kind: tail ? "tail" : "param", name };
}

function parseLiteral(text: string): Segment | PatternProblem {
  if (/%(?![0-9A-Fa-f]{2})/.test(text))
    return wrong("`%` begins a two-digit hex escape", "write %25 for `%`");
  const bytes = decodedBytes(Buffer.from(text, "utf8").toString("latin1"));
  // The gateway refuses such requests before routing (see http/target.ts), so nothing could ever match.
  for (const part of bytes.split(/[/\\]/)) {
    const name = part.split(";", 1)[0];
    if (name === "." || name === "..")
      return wrong("a path has no dot segments", "write the path it stands for");
  }
  if (/\p{Cc}/u.test(text) || bytes.includes("\0")) {
    return wrong("a path has no control characters", "remove them");
  }
  return { kind: "literal", bytes };
}

function wrong(problem: string, hint: string): PatternProblem {
  return { problem, hint };
}

/** A raw segment with its escapes decoded to bytes; a broken escape stays as it is. */
export function decodedBytes(raw: string): string {
  let escape = raw.indexOf("%");
  if (escape === -1) return raw;
  let bytes = "";
  let copied = 0;
  for (; escape !== -1; escape = raw.indexOf("%", escape)) {
    const byte = hexByte(raw, escape + 1);
    if (byte === -1) {
      escape += 1;
      continue;
    }
    bytes += raw.slice(copied, escape) + String.fromCharCode(byte);
    escape += 3;
    copied = escape;
  }
  return bytes + raw.slice(copied);
}

function hexByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high === -1 || low === -1 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The values a path gives a pattern's params. Only meaningful for a path that the pattern matches. */
export function paramsOf(pattern: Pattern, path: string): Params {
  let params: Record<string, string> | undefined;
  let start = 1;
  for (const segment of pattern.segments) {
    const slash = segment.kind === "tail" ? -1 : path.indexOf("/", start);
    const end = slash === -1 ? path.length : slash;
    if (segment.kind !== "literal") {
      params ??= emptyParams();
      params[segment.name] = decodedText(path.slice(start, end));
    }
    start = end + 1;
  }
  return params ?? NO_PARAMS;
}

function emptyParams(): Record<string, string> {
  const params: Record<string, string> = {};
  Object.setPrototypeOf(params, null);
  return params;
}

/** A raw value as text: escapes decoded, bytes read as UTF-8; what is no UTF-8 stays raw. */
function decodedText(raw: string): string {
  if (isPlainAscii(raw)) return raw;
  const bytes = Buffer.from(decodedBytes(raw), "latin1");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : raw;
}

function isPlainAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x25 || code >= 0x80) return false;
  }
  return true;
}
