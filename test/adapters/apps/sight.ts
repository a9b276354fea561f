import { createHash } from "node:crypto";

/** Fields that apps echo: what clients say, and nothing that every proxy adds or that belongs to one connection. */
const ECHOED = [
  "accept",
  "accept-language",
  "authorization",
  "content-encoding",
  "content-type",
  "cookie",
  "host",
  "if-none-match",
  "range",
  "referer",
  "x-empty",
  "x-name",
  "x-long",
  "x-tag",
];

/** The echoed fields, as the framework gives them. */
export function echoed(valueOf: (name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(ECHOED.map((name) => [name, valueOf(name)]));
}

/** A body's bytes in a form that compares well: all of them, or the digest of many. */
export function bytesSeen(body: Uint8Array): { length: number; bytes: string } {
  const bytes =
    body.length > 1_024 ? createHash("sha256").update(body).digest("hex") : Buffer.from(body).toString("hex");
  return { length: body.length, bytes };
}

/** The names and values of the rawHeaders list that apps echo. */
export function rawFields(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, i) =>
    i % 2 === 0 && name.toLowerCase() === "x-tag" ? [`${name}: ${rawHeaders[i + 1]}`] : [],
  );
}
