/** One answer as it came over the wire. One character a byte. */
export interface Answer {
  readonly status: number;
  /** By lower-case name, each value that came. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  /** False when the connection ended before the answer did. */
  readonly whole: boolean;
}

/** Takes the answers apart that came on one connection to requests with these methods, and what is left when they are. */
export function answersIn(raw: string, methods: readonly string[]): { answers: Answer[]; rest: string } {
  const answers: Answer[] = [];
  let rest = raw;
  for (const method of methods) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) break;
    const [statusLine = "", ...lines] = rest.slice(0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 ([2-5]\d\d) /.exec(statusLine)?.[1]);
    const fields = new Map<string, string[]>();
    for (const line of lines) {
      const [name = "", value = ""] = line.split(/: ?(.*)/s);
      fields.set(name.toLowerCase(), [...(fields.get(name.toLowerCase()) ?? []), value]);
    }
    const body = bodyIn(rest.slice(end + 4), fields, method === "HEAD" || status === 204 || status === 304);
    answers.push({ status, fields, body: body.text, whole: body.whole });
    rest = body.rest;
    if (!body.whole) break;
  }
  return { answers, rest };
}

interface Body {
  readonly text: string;
  readonly whole: boolean;
  readonly rest: string;
}

/** RFC 9112 §6.3; without a length there is no telling the end, so such a body is never whole. */
function bodyIn(raw: string, fields: ReadonlyMap<string, readonly string[]>, bodiless: boolean): Body {
  if (bodiless) return { text: "", whole: true, rest: raw };
  const [length, ...more] = fields.get("content-length") ?? [];
  const chunked = fields.get("transfer-encoding")?.join() === "chunked";
  if (chunked && length === undefined) return chunksIn(raw);
  const bytes = /^\d+$/.test(length ?? "") ? Number(length) : Number.POSITIVE_INFINITY;
  const whole = raw.length >= bytes && more.length === 0 && !chunked;
  return { text: raw.slice(0, bytes), whole, rest: raw.slice(bytes) };
}

function chunksIn(raw: string): Body {
  let text = "";
  let rest = raw;
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest);
    const start = size === null ? 0 : size[0].length;
    const bytes = Number.parseInt(size?.[1] ?? "", 16);
    if (size === null || rest.slice(start + bytes, start + bytes + 2) !== "\r\n") {
      return { text: text + rest.slice(start, start + (bytes || 0)), whole: false, rest: "" };
    }
    text += rest.slice(start, start + bytes);
    rest = rest.slice(start + bytes + 2);
    if (bytes === 0) return { text, whole: true, rest };
  }
}
