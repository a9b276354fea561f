/** Splits at a separator that stands outside quoted strings (RFC 9110 §5.6.4); parts are trimmed, empty ones dropped. */
export function splitOutsideQuotes(value: string, separator: "," | ";"): string[] {
  if (!value.includes('"')) return trimmed(value.split(separator));
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value[at];
    if (char === "\\" && isQuoted) at += 1;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === separator && !isQuoted) {
      parts.push(value.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(value.slice(from));
  return trimmed(parts);
}

const trimmed = (parts: string[]) => parts.map(trimSpace).filter((part) => part !== "");

/** A text without spaces and tabs at its ends. Fields hold bytes, and `trim` would take the last of `à` for a space. */
export function trimSpace(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && (text[from] === " " || text[from] === "\t")) from += 1;
  while (to > from && (text[to - 1] === " " || text[to - 1] === "\t")) to -= 1;
  return text.slice(from, to);
}

/** A media type's or a directive's parameter, its name in lower case and its value without quotes. */
export interface Parameter {
  readonly name: string;
  readonly value: string | null;
}

export function parseParameter(text: string): Parameter {
  const equals = text.indexOf("=");
  if (equals === -1) return { name: text.toLowerCase(), value: null };
  return {
    name: trimSpace(text.slice(0, equals)).toLowerCase(),
    value: unquote(trimSpace(text.slice(equals + 1))),
  };
}

function unquote(value: string): string {
  if (!/^"(?:[^"\\]|\\.)*"$/.test(value)) return value;
  return value.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** A media type, in lower case, and its parameters. */
export interface MediaType {
  readonly essence: string;
  readonly parameters: readonly Parameter[];
}

export function parseMediaType(value: string): MediaType {
  const [essence = "", ...parameters] = splitOutsideQuotes(value, ";");
  return { essence: essence.toLowerCase(), parameters: parameters.map(parseParameter) };
}

export function charsetOf({ parameters }: MediaType): string | null {
  return parameters.find(({ name }) => name === "charset")?.value?.toLowerCase() ?? null;
}

/** Field → how its values are made comparable. Fields that are not listed are compared as lists, in order. */
const NORMAL_FORMS: Readonly<Record<string, (value: string) => string>> = {
  "access-control-allow-headers": asTokens,
  "access-control-allow-methods": (value) => asSet(splitOutsideQuotes(value, ",")),
  "access-control-expose-headers": asTokens,
  allow: (value) => asSet(splitOutsideQuotes(value, ",")),
  "cache-control": (value) => asSet(splitOutsideQuotes(value, ",").map(asParameter)),
  "content-encoding": (value) => value.toLowerCase().replaceAll("x-gzip", "gzip"),
  "content-type": asMediaType,
  vary: asTokens,
};

/** A form of a field's value that two values share when they mean the same. `values` are its lines (RFC 9110 §5.3). */
export function normalForm(name: string, values: readonly string[]): string {
  const joined = splitOutsideQuotes(values.join(","), ",").join(", ");
  return Object.hasOwn(NORMAL_FORMS, name) ? NORMAL_FORMS[name]!(joined) : joined;
}

function asTokens(value: string): string {
  return asSet(splitOutsideQuotes(value.toLowerCase(), ","));
}

function asSet(members: readonly string[]): string {
  return [...new Set(members)].sort().join(", ");
}

function asParameter(text: string): string {
  const { name, value } = parseParameter(text);
  return value === null ? name : `${name}=${JSON.stringify(value)}`;
}

function asMediaType(value: string): string {
  const { essence, parameters } = parseMediaType(value);
  const written = parameters.map(
    ({ name, value }) =>
      `${name}=${JSON.stringify(name === "charset" ? (value?.toLowerCase() ?? null) : value)}`,
  );
  return [essence, ...written.sort()].join(";");
}
