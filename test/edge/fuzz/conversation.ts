import * as fc from "fast-check";
import { chunkedBody, sizedBody, type FramedBody } from "./bodies.ts";
import { inSegments, mutated, mutations } from "./mutations.ts";

/** Bytes as one side sends them, a segment at a time; one character a byte. */
export interface Sent {
  readonly segments: readonly string[];
  /** False once anything was changed in what is well-formed. */
  readonly mutated: boolean;
}

/** What the monolith says to one request. */
export interface Said extends Sent {
  readonly on: "head" | "whole";
  readonly close: "keep" | "end" | "reset";
}

/** Everything that both peers of the gateway do. */
export interface Conversation {
  readonly client: Sent & {
    /** `waits` for its answers; the others go away after so many segments. */
    readonly close: "waits" | "end" | "reset";
    readonly closeAfter: number;
  };
  /** To the first request that arrives, to the second, …; further ones get an answer that names them. */
  readonly answers: readonly Said[];
}

const none: FramedBody = { fields: [], pieces: [] };
const cuts = fc.oneof(
  { weight: 2, arbitrary: fc.constant<number[]>([]) },
  { weight: 3, arbitrary: fc.array(fc.nat(600), { minLength: 1, maxLength: 5 }) },
);

const requestField = fc.constantFrom(
  "X-Keep: 1",
  "x-keep: caf\xe9",
  "X-Empty:",
  "X-Blank:  a b\t",
  "Cookie: a=b",
  "Cookie: c=d",
  "Connection: keep-alive",
  "Connection: X-Nominated, close",
  "Connection: X-Nominated",
  "X-Nominated: 1",
  "Keep-Alive: timeout=5",
  "Proxy-Connection: keep-alive",
  "TE: trailers",
  "Trailer: X-Sum",
  "Upgrade: h2c",
  "X-Forwarded-For: 6.6.6.6",
  "X_Forwarded_For: 6.6.6.6",
  "Content_Length: 7",
  "Forwarded: for=6.6.6.6",
  "Max-Forwards: 3",
  "__proto__: x",
  "Range: bytes=0-",
);
const method = fc.constantFrom(
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "TRACE",
  "PROPFIND",
);
const targetEnd = fc.constantFrom(
  "",
  "",
  "?",
  "?q=%20+'",
  "/%2F",
  "/caf\xe9",
  "//x",
  ";p=1",
  "/a%5cb",
  "?a#b",
  "/..%2fx",
  "/%zz",
);
const origin = fc.constantFrom("", "", "", "", "http://b:80", "HTTP://user@b");
const requestBody = fc.oneof(fc.constant(none), sizedBody, chunkedBody);

const requestPieces = fc
  .record({
    method,
    origin,
    side: fc.constantFrom("", "", "/function"),
    targetEnd,
    version: fc.constantFrom("1.1", "1.1", "1.1", "1.1", "1.0"),
    fields: fc.array(requestField, { maxLength: 4 }),
    body: requestBody,
  })
  // HTTP/1.0 has no chunks (RFC 9112 §6.1).
  .map((r) => (r.version === "1.0" && r.body.fields[0]?.startsWith("T") ? { ...r, body: none } : r));

const client = fc
  .record({
    requests: fc.array(requestPieces, { minLength: 1, maxLength: 3 }),
    changes: mutations,
    cuts,
    close: fc.constantFrom(
      "waits" as const,
      "waits" as const,
      "waits" as const,
      "end" as const,
      "reset" as const,
    ),
    closeAfter: fc.nat(5),
  })
  .map(({ requests, changes, cuts: at, close, closeAfter }) => {
    const pieces = requests.flatMap((r, i) => {
      const line = `${r.method} ${r.origin}${r.side}/f${i}${r.targetEnd} HTTP/${r.version}`;
      const head = [line, "Host: a", ...r.fields, ...r.body.fields].flatMap((text) => [text, "\r\n"]);
      return [...head, "\r\n", ...r.body.pieces];
    });
    const segments = inSegments(mutated(pieces, changes).join(""), at);
    return { segments, mutated: changes.length > 0, close, closeAfter };
  });

const answerField = fc.constantFrom(
  "X-Keep: 1",
  "x-keep: caf\xe9",
  "Content-Type: text/plain",
  "Set-Cookie: a=b",
  "Set-Cookie: c=d",
  "Connection: close",
  "Connection: X-Nominated",
  "X-Nominated: 1",
  "Keep-Alive: timeout=5",
  "Upgrade: h2c",
  "Trailer: X-Sum",
  "Content-Encoding: gzip",
  "__proto__: x",
);
const statusLine = fc.constantFrom(
  "200 OK",
  "200 ",
  "200",
  "201 caf\xe9",
  "206 Partial",
  "204 No Content",
  "304 Not Modified",
  "404 Not Found",
  "500 Oops",
  "799 Odd",
);
const interim = fc.constantFrom(
  "",
  "",
  "",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
);

export const said = fc
  .record({
    interim,
    version: fc.constantFrom("1.1", "1.1", "1.1", "1.0"),
    statusLine,
    fields: fc.array(answerField, { maxLength: 3 }),
    body: fc.oneof(
      sizedBody,
      chunkedBody,
      sizedBody.map(({ pieces }): FramedBody => ({ fields: [], pieces })),
    ),
    changes: mutations,
    cuts,
    on: fc.constantFrom("whole" as const, "whole" as const, "head" as const),
    close: fc.constantFrom("keep" as const, "keep" as const, "end" as const, "reset" as const),
  })
  .map(({ interim: before, version, body, changes, cuts: at, on, close, ...a }): Said => {
    const old = version === "1.0" && body.fields[0]?.startsWith("T");
    const lines = [`HTTP/${old ? "1.1" : version} ${a.statusLine}`, ...a.fields, ...body.fields];
    const bodiless = /^(?:204|304)/.test(a.statusLine);
    const pieces = [
      before,
      ...lines.flatMap((text) => [text, "\r\n"]),
      "\r\n",
      ...(bodiless ? [] : body.pieces),
    ].filter((piece) => piece !== "");
    return {
      segments: inSegments(mutated(pieces, changes).join(""), at),
      mutated: changes.length > 0,
      on,
      close,
    };
  });

export const conversation: fc.Arbitrary<Conversation> = fc.record({
  client,
  answers: fc.array(said, { maxLength: 3 }),
});

export const bytesOf = ({ segments }: Sent): string => segments.join("");
