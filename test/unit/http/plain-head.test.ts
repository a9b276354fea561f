import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { duplexPair } from "node:stream";
import { array, assert, asyncProperty, constantFrom, nat, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { plainHead } from "../../../gateway/http/plain/plain-head.ts";

const MAX = 4_096;
const read = (text: string) => plainHead(Buffer.from(text, "latin1"), MAX);

const GET = "GET /a?b=%20 HTTP/1.1\r\nHost: shop\r\nX-Two:  2 \t\r\nx-two: 3\r\n\r\n";
const POST = "POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\nConnection: Keep-Alive\r\n\r\nbody";

describe("a plain request", () => {
  it("is read as it was sent, up to its end", () => {
    const rawHeaders = ["Host", "shop", "X-Two", "2", "x-two", "3"];
    expect(read(GET)).toEqual({
      method: "GET",
      url: "/a?b=%20",
      rawHeaders,
      bodyBegin: GET.length,
      end: GET.length,
    });
    expect(read(`${POST}GET`)).toMatchObject({
      method: "POST",
      bodyBegin: POST.length - 4,
      end: POST.length,
    });
  });

  it("needs all of its bytes", () => {
    for (const whole of [GET, POST]) {
      for (let bytes = 0; bytes < whole.length; bytes++) expect(read(whole.slice(0, bytes))).toBe("more");
    }
  });

  it.each([
    ["another version", GET.replace("1.1", "1.0")],
    ["another method", GET.replace("GET", "TRACE")],
    ["lower case", GET.replace("GET", "get")],
    ["absolute form", GET.replace("/a", "http://shop/a")],
    ["two blanks", GET.replace("GET ", "GET  ")],
    ["bytes beyond ASCII in the target", GET.replace("/a", "/\u00e4")],
    ["bytes beyond ASCII in a value", GET.replace("shop", "sh\u00f6p")],
    ["a tab in a value", GET.replace("shop", "sh\top")],
    ["an empty line before it", `\r\n${GET}`],
    ["a bare LF", GET.replace("shop\r\n", "shop\n")],
    ["a bare LF behind the request line", GET.replace("1.1\r\n", "1.1\n")],
    ["a folded line", GET.replace("2 \t\r\n", "2\r\n 3\r\n")],
    ["a blank before the colon", GET.replace("Host:", "Host :")],
    ["a control byte", GET.replace("shop", "sh\u0001p")],
    ["another end of the connection", GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")],
    ["a nomination", GET.replace("\r\n\r\n", "\r\nConnection: x-two\r\n\r\n")],
    ["an upgrade", GET.replace("\r\n\r\n", "\r\nUpgrade: websocket\r\n\r\n")],
    ["an expectation", POST.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n")],
    ["chunks", POST.replace("Content-Length: 4", "Transfer-Encoding: chunked")],
    ["chunks besides a length", POST.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n")],
    ["trailers", POST.replace("\r\n\r\n", "\r\nTrailer: x\r\n\r\n")],
    ["two lengths", POST.replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\n")],
    ["a length with a sign", POST.replace("h: 4", "h: +4")],
    ["a length with zeros before it", POST.replace("h: 4", "h: 04")],
    ["a list of lengths", POST.replace("h: 4", "h: 4, 4")],
    ["a large body", POST.replace("h: 4", "h: 65537")],
    ["a large head", GET.replace("shop", "s".repeat(MAX))],
    ["a large head that has not ended", `GET / HTTP/1.1\r\nX: ${"x".repeat(MAX)}`],
    ["a line without end", `GET /${"a".repeat(MAX)}`],
  ])("is not one with %s", (_, text) => {
    expect(read(text)).toBeNull();
  });

  it("is read as node:http reads it, whatever was done to it", async () => {
    const piece = constantFrom(
      "\r\n",
      "\n",
      "\r",
      ":",
      " ",
      "\t",
      "\u0000",
      "\u00ff",
      "GET ",
      "/",
      "HTTP/1.1",
      "0",
      "4",
      ",",
      "Content-Length: 4\r\n",
      "Host: a\r\n",
      "Connection: close\r\n",
      "x",
      "X-Y: \r\n",
      "#",
      "%",
    );
    const change = tuple(nat(POST.length), nat(3), piece);
    await assert(
      asyncProperty(constantFrom(GET, POST), array(change, { maxLength: 2 }), async (whole, changes) => {
        let text = whole;
        for (const [at, gone, put] of changes) text = text.slice(0, at) + put + text.slice(at + gone);
        const plain = read(text);
        if (plain === null || plain === "more") return;
        const { method, url, rawHeaders, bodyBegin, end } = plain;
        const ours = { method, url, rawHeaders, body: text.slice(bodyBegin, end) };
        expect(ours).toEqual(await byNode(text.slice(0, end)));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What node:http makes of these bytes; null when it refuses them. */
async function byNode(text: string) {
  const server = createServer({ requireHostHeader: false });
  const [client, connection] = duplexPair();
  const heard = once(server, "request");
  const refused = once(server, "clientError").then(() => null);
  server.emit("connection", connection);
  client.write(text, "latin1");
  const found = await Promise.race([heard, refused]);
  if (found === null) return null;
  const [req] = found as [IncomingMessage];
  let body = "";
  for await (const chunk of req) body += (chunk as Buffer).toString("latin1");
  const { method, url, rawHeaders } = req;
  client.destroy();
  return { method, url, rawHeaders, body };
}
