import { endToEnd, type HeaderList, without } from "../http/headers.ts";
import { FIELD_VALUE, TARGET, TOKEN } from "./entry-line.ts";

/** Fields that say how long a body was on its connection. Whoever sends it again frames it anew. */
const FRAMING = new Set(["content-length", "trailer"]);

/** A field that cannot travel in a corpus, and so was left out. */
export type Unfit = (name: string) => void;

/**
 * Fields as a corpus has them: no hop-by-hop and framing fields, no pseudo fields of HTTP/2 (RFC 9113 §8.3), one byte a
 * character. Lists that a browser joined by newlines are several fields again.
 */
export function carriedFields(fields: HeaderList, unfit: Unfit): HeaderList {
  const fit: string[] = [];
  for (let n = 0; n + 1 < fields.length; n += 2) {
    const name = fields[n]!;
    if (name.startsWith(":")) continue;
    for (const part of fields[n + 1]!.split("\n")) {
      const value = oneByteACharacter(withoutPadding(part));
      if (TOKEN.test(name) && FIELD_VALUE.test(value)) fit.push(name, value);
      else unfit(name);
    }
  }
  return without(endToEnd(fit), FRAMING);
}

/** Without the white space of RFC 9110 §5.5; U+00A0, which is a byte like others here, stays. */
function withoutPadding(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && PADDING.has(value[from]!)) from += 1;
  while (from < to && PADDING.has(value[to - 1]!)) to -= 1;
  return value.slice(from, to);
}

const PADDING = new Set([" ", "\t", "\r"]);

function oneByteACharacter(value: string): string {
  return /[\u0100-\uffff]/.test(value) ? Buffer.from(value).toString("latin1") : value;
}

/** Where a URL points: what is sent in the request line, and what in Host. */
export interface Addressed {
  readonly target: string;
  /** Null when the URL names none. */
  readonly host: string | null;
}

/**
 * Takes a URL of http or https, or a target in origin form, apart and changes no byte of it, except that what may not stand in
 * a request line is percent-encoded. Null for anything else.
 */
export function addressed(url: string): Addressed | null {
  const [, scheme, authority = "", rest = url] = /^(?:(https?):\/\/([^/?#]*))([^#]*)/i.exec(url) ?? [];
  const written = scheme !== undefined && !rest.startsWith("/") ? `/${rest}` : rest;
  const target = written.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);
  if (!TARGET.test(target)) return null;
  const usualPort = scheme?.toLowerCase() === "https" ? /:443$/ : /:80$/;
  const host = authority.slice(authority.lastIndexOf("@") + 1).replace(usualPort, "");
  return { target, host: host === "" ? null : host };
}
