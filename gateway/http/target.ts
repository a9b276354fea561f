/**
 * A request target in origin-form, canonical enough to be routed on: the bytes that are matched are exactly the bytes
 * that are sent on. Strings hold one byte per character.
 */
export interface Target {
  /** Path and query as they go on the wire. */
  readonly raw: string;
  /** Everything before the first `?`; starts with `/`, or is `*` for OPTIONS. */
  readonly path: string;
  /** Everything behind the first `?`, without it; null when there is no `?` at all. */
  readonly query: string | null;
}

export type TargetProblem =
  | "empty"
  | "not-origin-form"
  | "control-byte"
  | "fragment"
  | "dot-segment"
  | "bad-escape";

/** Parses an origin-form target, or says why it may not pass. Never repairs: a repaired path is a second path. */
export function parseTarget(raw: string): Target | TargetProblem {
  if (raw === "") return "empty";
  if (raw.charCodeAt(0) !== 0x2f) return "not-origin-form";
  const question = raw.indexOf("?");
  const path = question === -1 ? raw : raw.slice(0, question);
  const problem = pathProblem(path) ?? (hasControlByte(raw) ? "control-byte" : undefined);
  if (problem !== undefined) return problem;
  if (raw.includes("#")) return "fragment";
  return { raw, path, query: question === -1 ? null : raw.slice(question + 1) };
}

/**
 * Dot segments, however spelled, are refused: monolith and function would resolve them differently, and a route
 * could be reached under another route's name. `%2e` is a dot (RFC 3986 §6.2.2.2); `\` and `%5c` separate segments on
 * some servers, and so does `%2f`, so all of them are looked at as separators here and nowhere else.
 */
function pathProblem(path: string): TargetProblem | undefined {
  if (!path.includes("%") && !path.includes(".") && !path.includes("\\")) return undefined;
  for (let i = path.indexOf("%"); i !== -1; i = path.indexOf("%", i + 1)) {
    if (!isHex(path.charCodeAt(i + 1)) || !isHex(path.charCodeAt(i + 2))) return "bad-escape";
    if (path.startsWith("%00", i)) return "control-byte";
  }
  const separated = path.replace(/%2e/gi, ".").replace(/\\|%5c|%2f/gi, "/");
  for (const segment of separated.split("/")) {
    // `..;x` and `.;x` are dot segments to servlet containers, which strip path parameters first.
    const name = segment.split(";", 1)[0];
    if (name === "." || name === "..") return "dot-segment";
  }
  return undefined;
}

function hasControlByte(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
