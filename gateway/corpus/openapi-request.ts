import { isNode, type Node } from "./openapi-document.ts";

/** A parameter with one of its values. */
export interface Argument {
  readonly name: string;
  readonly in: string;
  readonly style: string;
  readonly explode: boolean;
  /** True when it is written as JSON. */
  readonly isJson: boolean;
  readonly value: unknown;
}

/** The arguments as a path, query, fields and cookie have them. Null when one cannot be written there. */
export function written(
  template: string,
  args: readonly Argument[],
): { target: string; fields: string[] } | null {
  const at = (place: string) => args.filter((argument) => argument.in === place);
  let path = template;
  for (const argument of at("path")) {
    const text = simple(argument);
    // An empty step is another path, and one of dots is refused.
    if (text === "" || /^\.+$/.test(text)) return null;
    path = path.replaceAll(`{${argument.name}}`, () => text);
  }
  if (path.includes("{")) return null;
  const query = at("query").flatMap(queryPairs).join("&");
  const cookie = at("cookie").flatMap(queryPairs).join("; ");
  return {
    target: query === "" ? path : `${path}?${query}`,
    fields: [
      ...at("header").flatMap((argument) => [
        argument.name,
        simple(argument, (text) => text.replace(/\s+/g, " ").trim()),
      ]),
      ...(cookie === "" ? [] : ["Cookie", cookie]),
    ],
  };
}

/** `3,4,5`, and `R,100,G,200` or `R=100,G=200`. */
function simple(
  { value, explode, isJson }: Argument,
  encode: (text: string) => string = encodeURIComponent,
): string {
  if (isJson) return encode(JSON.stringify(value));
  if (Array.isArray(value)) return value.map((item) => encode(textOf(item))).join(",");
  if (!isNode(value)) return encode(textOf(value));
  const members = Object.entries(value).map(([name, item]) => [encode(name), encode(textOf(item))]);
  return members.map((pair) => pair.join(explode ? "=" : ",")).join(",");
}

const DELIMITERS: Readonly<Record<string, string>> = { spaceDelimited: "%20", pipeDelimited: "%7C" };

/** Source: OpenAPI 3.1, "Style Values" */
function queryPairs({ name, value, style, explode, isJson }: Argument): string[] {
  const pair = (key: string, text: string) => `${encodeURIComponent(key)}=${text}`;
  const encoded = (item: unknown) => encodeURIComponent(textOf(item));
  if (isJson) return [pair(name, encodeURIComponent(JSON.stringify(value)))];
  if (Array.isArray(value)) {
    if (value.length === 0) return [];
    const delimiter = DELIMITERS[style] ?? ",";
    return explode
      ? value.map((item) => pair(name, encoded(item)))
      : [pair(name, value.map(encoded).join(delimiter))];
  }
  if (!isNode(value)) return [pair(name, encoded(value))];
  const members = Object.entries(value);
  if (style === "deepObject") return members.map(([key, item]) => pair(`${name}[${key}]`, encoded(item)));
  if (explode) return members.map(([key, item]) => pair(key, encoded(item)));
  return [pair(name, members.map(([key, item]) => `${encodeURIComponent(key)},${encoded(item)}`).join(","))];
}

export function textOf(value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

const BOUNDARY = "banyan-7d8a1f";

/** A body of that media type, and the Content-Type it has; null for a media type that nobody can make up. */
export function writtenBody(mediaType: string, value: unknown): { type: string; body: Buffer } | null {
  const name = mediaType.split(";", 1)[0]!.trim().toLowerCase();
  if (/[/+]json$/.test(name)) return { type: mediaType, body: Buffer.from(JSON.stringify(value)) };
  if (name === "application/x-www-form-urlencoded" && isNode(value))
    return { type: mediaType, body: Buffer.from(new URLSearchParams(formPairs(value)).toString()) };
  if (name === "multipart/form-data" && isNode(value))
    return { type: `multipart/form-data; boundary=${BOUNDARY}`, body: multipart(value) };
  if (
    name.startsWith("text/") ||
    name === "application/octet-stream" ||
    (typeof value === "string" && name.endsWith("xml"))
  )
    return { type: mediaType, body: Buffer.from(textOf(value)) };
  return null;
}

function formPairs(value: Node): [string, string][] {
  return Object.entries(value).flatMap(([name, item]) =>
    (Array.isArray(item) ? item : [item]).map((each): [string, string] => [name, textOf(each)]),
  );
}

/** RFC 7578 */
function multipart(value: Node): Buffer {
  const escaped = (name: string) => name.replace(/["\r\n]/g, encodeURIComponent);
  const parts = formPairs(value).map(
    ([name, text]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${escaped(name)}"\r\n\r\n${text}\r\n`,
  );
  return Buffer.from(`${parts.join("")}--${BOUNDARY}--\r\n`);
}
