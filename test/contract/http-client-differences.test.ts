import { afterEach, describe, expect, it } from "vitest";
import { leanUpstream } from "../../gateway/upstreams/http1/lean-upstream.ts";
import { httpUpstream } from "../../gateway/upstreams/http-upstream.ts";
import { rawServer } from "../support/raw-server.ts";
import { aRequest } from "../support/requests.ts";
import { outcomeOf, type Outcome } from "./http-client-outcome.ts";

/** The two clients side by side: the same answer from the same server comes to the same, or is listed here. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Answers with these bytes and closes, the way most clients are put to the test by servers. */
async function bothTo(answer: string, method = "GET"): Promise<{ lean: Outcome; node: Outcome }> {
  const server = await rawServer((socket, soFar) => {
    if (soFar.endsWith("\r\n\r\n")) socket.end(Buffer.from(answer, "latin1"));
  });
  cleanups.push(() => server.close());
  const settings = { name: "legacy", url: server.url, connections: 2 };
  const [lean, node] = [leanUpstream(settings), httpUpstream(settings)];
  cleanups.push(
    () => lean.close(),
    () => node.close(),
  );
  const request = aRequest({ method });
  return { lean: await outcomeOf(lean, request), node: await outcomeOf(node, request) };
}

const OK = "HTTP/1.1 200 OK\r\n";

const ALIKE: Readonly<Record<string, string>> = {
  "a length": `${OK}Content-Length: 2\r\n\r\nok`,
  "an empty body": `${OK}Content-Length: 0\r\n\r\n`,
  "a body until the end": `${OK}X: 1\r\n\r\nuntil the end`,
  "an answer of HTTP/1.0": "HTTP/1.0 200 Fine\r\nX: 1\r\n\r\nold",
  "HTTP/1.0 kept alive": "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
  chunks: `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;x=y\r\nyes\r\n0\r\n\r\n`,
  "chunks and trailers": `${OK}Transfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n`,
  "no reason phrase": "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
  "not even its blank": "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
  "bytes beyond ASCII": `HTTP/1.1 200 caf\xe9\r\nX: \xff\xfe\r\nContent-Length: 1\r\n\r\n\x80`,
  "blanks around values": `${OK}X:   a b\t\r\nY:\r\nContent-Length: 0\r\n\r\n`,
  "fields of the connection": `${OK}Connection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n`,
  "interim answers": `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
  "204": "HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n",
  "304 with a length": "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
  "a status of three unusual digits": "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n",
  "duplicates in their order": `${OK}Set-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n`,
  "a body cut short": `${OK}Content-Length: 9\r\n\r\nhalf`,
  "chunks cut short": `${OK}Transfer-Encoding: chunked\r\n\r\n9\r\nhalf`,
  "chunks without a last one": `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`,
  "a head cut short": `${OK}Content-Len`,
  nothing: "",
  "a folded line": `${OK}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`,
  "a blank before the colon": `${OK}X : a\r\nContent-Length: 0\r\n\r\n`,
  "a line without a colon": `${OK}garbage\r\nContent-Length: 0\r\n\r\n`,
  "an empty name": `${OK}: a\r\nContent-Length: 0\r\n\r\n`,
  "bare LF everywhere": "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
  "a bare CR in a value": `${OK}X: a\rb\r\nContent-Length: 0\r\n\r\n`,
  "a NUL in a value": `${OK}X: a\0b\r\nContent-Length: 0\r\n\r\n`,
  "another protocol": "ICY 200 OK\r\n\r\n",
  "HTTP/2.0": "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
  "a status of two digits": "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
  "a status of four digits": "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
  "both framings": `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "the same length twice": `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`,
  "a list of lengths": `${OK}Content-Length: 2, 2\r\n\r\nok`,
  "a signed length": `${OK}Content-Length: +2\r\n\r\nok`,
  "a negative length": `${OK}Content-Length: -2\r\n\r\nok`,
  "a hexadecimal length": `${OK}Content-Length: 0x2\r\n\r\nok`,
  "an endless length": `${OK}Content-Length: 99999999999999999999999\r\n\r\nok`,
  "another coding": `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  "a coding alone": `${OK}Transfer-Encoding: gzip\r\n\r\nok`,
  "chunked twice": `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "a head without end": `${OK}X: ${"x".repeat(40_000)}\r\n\r\n`,
  "a protocol nobody asked for":
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
};

/**
 * Where they differ, and what the lean one says. node:http reads sizes of any length and chunks of
 * HTTP/1.0 (RFC 9112 §6.1: faulty framing); and it hands out an answer whose first chunk is broken, to let it break off,
 * where the lean one can still say that there is no answer.
 */
const DIFFERENT: Readonly<Record<string, readonly [answer: string, lean: string]>> = {
  "a size that is none": [
    `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n0\r\n\r\n`,
    "bad-answer started",
  ],
  "an empty size": [`${OK}Transfer-Encoding: chunked\r\n\r\n\r\nok\r\n0\r\n\r\n`, "bad-answer started"],
  "a signed size": [`${OK}Transfer-Encoding: chunked\r\n\r\n+2\r\nok\r\n0\r\n\r\n`, "bad-answer started"],
  "a bare LF behind a size": [
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n`,
    "bad-answer started",
  ],
  "a chunk longer than its size": [
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n`,
    "bad-answer started",
  ],
  "a size of eleven digits": [
    `${OK}Transfer-Encoding: chunked\r\n\r\n00000000002\r\nok\r\n0\r\n\r\n`,
    "bad-answer started",
  ],
  "chunks in HTTP/1.0": [
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "bad-answer started",
  ],
};

describe("both clients of the monolith make the same of", () => {
  it.each(Object.entries(ALIKE))("%s", async (_what, answer) => {
    const { lean, node } = await bothTo(answer);
    // How much of a broken body came through before is a matter of moments.
    const seen = ({ body, ...rest }: Outcome) => (rest.whole ? { ...rest, body } : rest);
    expect(seen(lean)).toEqual(seen(node));
  });

  it.each(["a length", "chunks", "a body until the end", "304 with a length"])(
    "an answer to HEAD that speaks of %s",
    async (what) => {
      const [head] = ALIKE[what]!.split("\r\n\r\n");
      const { lean, node } = await bothTo(`${head}\r\n\r\n`, "HEAD");
      expect(lean).toEqual(node);
    },
  );
});

describe("the lean client goes its own way with", () => {
  it.each(Object.entries(DIFFERENT))("%s", async (_what, [answer, expected]) => {
    const { lean, node } = await bothTo(answer);
    expect(lean.head).toBe(expected);
    expect(lean).not.toEqual(node);
  });
});
