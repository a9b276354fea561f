import * as fc from "fast-check";
import { SMUGGLED } from "./mutations.ts";

/** A message's body and the fields that frame it, in pieces. */
export interface FramedBody {
  readonly fields: readonly string[];
  readonly pieces: readonly string[];
}

export const content: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "",
    "x",
    "hi",
    SMUGGLED,
    "0\r\n\r\n",
    "\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  ),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);

const extension = fc.constantFrom("", "", "", ";a", ";a=b", ';a="b"');
const trailer = fc.constantFrom(
  "X-Sum: 1",
  "X-T: caf\xe9",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "Host: evil",
  "Authorization: Basic eDp5",
  "X-Forwarded-For: 6.6.6.6",
  "X_Forwarded_For: 6.6.6.6",
  "Set-Cookie: a=b",
  "Connection: close",
  "Trailer: X-Sum",
);

export const sizedBody: fc.Arbitrary<FramedBody> = content.map((body) => ({
  fields: [`Content-Length: ${body.length}`],
  pieces: [body],
}));

export const chunkedBody: fc.Arbitrary<FramedBody> = fc
  .record({
    chunks: fc.array(fc.tuple(content, extension), { maxLength: 4 }),
    upper: fc.boolean(),
    trailers: fc.array(trailer, { maxLength: 2 }),
  })
  .map(({ chunks, upper, trailers }) => {
    const size = (text: string) => {
      const hex = text.length.toString(16);
      return upper ? hex.toUpperCase() : hex;
    };
    const pieces = chunks
      .filter(([text]) => text !== "")
      .flatMap(([text, more]) => [size(text) + more, "\r\n", text, "\r\n"]);
    const end = trailers.flatMap((line) => [line, "\r\n"]);
    return { fields: ["Transfer-Encoding: chunked"], pieces: [...pieces, "0", "\r\n", ...end, "\r\n"] };
  });
