import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startLegacyMock, type LegacyMock } from "../../legacy-mock/shop.ts";
import { startHarness } from "../support/harness.ts";
import { wire, type WireAnswer } from "../support/wire.ts";

/** What clients must not notice: each request is sent to the monolith directly and through the gateway. */

let legacy: LegacyMock;
let gateway: Awaited<ReturnType<typeof startHarness>>;
const folder = mkdtempSync(join(tmpdir(), "banyan-test-"));

beforeAll(async () => {
  legacy = await startLegacyMock({ port: 0, databaseFile: join(folder, "shop.db"), quiet: true });
  gateway = await startHarness({ legacyUrl: legacy.url });
});
afterAll(async () => {
  await gateway.close();
  await legacy.close();
  rmSync(folder, { recursive: true });
});

const request = (line: string, fields: string[] = [], body = "") =>
  [`${line} HTTP/1.1`, "Host: shop.example", ...fields, "Connection: close", "", body].join("\r\n");
const withBody = (line: string, type: string, body: string, fields: string[] = []) =>
  request(line, [`Content-Type: ${type}`, `Content-Length: ${body.length}`, ...fields], body);

const multipart = [
  "--cut",
  'Content-Disposition: form-data; name="note"',
  "",
  "caf\xc3\xa9",
  "--cut",
  'Content-Disposition: form-data; name="file"; filename="a b.bin"',
  "Content-Type: application/octet-stream",
  "",
  "\x00\xff\r\n--cu\x00",
  "--cut--",
  "",
].join("\r\n");

/** What differs from one asking to the next whoever asks: the clock's and the dice's. */
const VOLATILE: readonly [RegExp, string][] = [
  [/sid=[0-9a-f-]{36}/g, "sid=<id>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "<time>"],
  [/\/api\/contact\/\d+/g, "/api/contact/<id>"],
  [/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>"],
];

function settled(answer: WireAnswer): WireAnswer {
  const fixed = (text: string) =>
    VOLATILE.reduce((soFar, [pattern, name]) => soFar.replaceAll(pattern, name), text);
  return { ...answer, fields: answer.fields.map(fixed), body: fixed(answer.body) };
}

/** Name → request. */
const CASES: Readonly<Record<string, string>> = {
  "an encoded slash in a name": request("GET /api/files/manuals%2Fchair.txt"),
  "spaces in a name": request("GET /api/files/price%20list%202026.csv"),
  "UTF-8 in a name": request("GET /api/files/gr%C3%B6%C3%9Fen%20%E2%98%95.json"),
  "an escaped escape in a name": request("GET /api/files/50%252Foff.txt"),
  "punctuation in a name": request("GET /api/files/a+b;c,d&e=f.txt"),
  "several Set-Cookie": withBody(
    "POST /api/session",
    "application/json",
    '{"email":"nobody","password":"x"}',
  ),
  "a signed-in session": withBody(
    "POST /api/session",
    "application/json",
    '{"email":"customer1@shop.example","password":"banyan"}',
  ),
  "a signed-out session": request("GET /api/me", ["Cookie: sid=unknown; a=b"]),
  "a whole picture": request("GET /api/products/SKU-1001/image"),
  "a range of a picture": request("GET /api/products/SKU-1001/image", ["Range: bytes=10-49"]),
  "the end of a picture": request("GET /api/products/SKU-1001/image", ["Range: bytes=-7"]),
  "a range outside": request("GET /api/products/SKU-1001/image", ["Range: bytes=9999999-"]),
  "an ETag that still holds": request("GET /api/products/SKU-1001", ["If-None-Match: *"]),
  "HEAD of JSON": request("HEAD /api/products/SKU-1001"),
  "HEAD of a picture": request("HEAD /api/products/SKU-1001/image"),
  "HEAD of a stream": request("HEAD /api/exports/orders.csv"),
  "a gzip body": request("GET /api/catalogue/feed", ["Accept-Encoding: gzip"]),
  "the same without gzip": request("GET /api/catalogue/feed"),
  "a multipart upload": withBody("POST /api/uploads", "multipart/form-data; boundary=cut", multipart),
  "a chunked upload": request(
    "PUT /api/blob",
    ["Transfer-Encoding: chunked"],
    "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
  ),
  "a form with a 303": withBody(
    "POST /api/contact",
    "application/x-www-form-urlencoded",
    "name=a+b&text=%26&topic=1&topic=2",
  ),
  "server-sent events": request("GET /api/events?count=4&everyMs=5"),
  "a CSV in chunks": request("GET /api/exports/orders.csv"),
  trailers: request("GET /api/trailers", ["TE: trailers"]),
  "early hints": request("GET /api/hints"),
  "a 204": request("POST /api/ping", ["Content-Length: 0"]),
  "a POST that frames no body": request("POST /api/ping"),
  "a 301": request("GET /old/orders/1%2F2"),
  "a 302": request("GET /go/A%20B"),
  "a 307 with its query": request("POST /api/v1/orders/x%2Fy?a=%2F&a=+&&=b", ["Content-Length: 0"]),
  "an invoice as PDF": request("GET /api/orders/1001/invoice"),
  "a list with pages and links": request("GET /api/orders?page=2&perPage=5&status=paid"),
  "a status nobody uses": request("GET /api/status/418"),
  "a 500 of the monolith's own": request("GET /api/status/500"),
  "a path that does not exist": request("GET /nowhere//at/all/?"),
  "an answer cut short by length": request("GET /api/truncated?bytes=2000"),
  "an answer cut short in chunks": request("GET /api/truncated?bytes=2000&how=chunked"),
  "a conditional write": withBody("PUT /api/files/new%2Fone", "text/plain", "hello", ["If-Match: *"]),
};

describe("through the gateway, a client gets", () => {
  it.each(Object.entries(CASES))("%s exactly as from the monolith", async (_name, bytes) => {
    const direct = settled(await wire(legacy.port, bytes));
    const through = settled(await wire(gateway.port, bytes));
    expect(through).toEqual(direct);
    expect(direct.statusLine).toMatch(/^HTTP\/1\.1 \d{3} /);
  });

  it("a WebSocket's messages, text and bytes", async () => {
    const say = async (port: number) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/live`, "shop.v1");
      const heard: [string, boolean][] = [];
      socket.on("message", (data: Buffer, isBinary) => heard.push([data.toString("latin1"), isBinary]));
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      for (const message of ["a", "", "caf\u00e9", Buffer.from([0, 255]), "x".repeat(200_000)])
        socket.send(message);
      await expect.poll(() => heard.length).toBe(5);
      socket.terminate();
      return { heard, protocol: socket.protocol };
    };
    expect(await say(gateway.port)).toEqual(await say(legacy.port));
  });
});

describe("towards the monolith, a request", () => {
  interface Echo {
    method: string;
    url: string;
    headers: string[];
    sha256: string;
  }
  const heard = async (port: number, bytes: string) => JSON.parse((await wire(port, bytes)).body) as Echo;

  it("differs only by the fields that a proxy owes", async () => {
    const fields = [
      "X-One: 1",
      "x-one: 2",
      "Accept: */*",
      "Cookie: a=1",
      "Cookie: b=2",
      "X-Empty: ",
      "X-Latin: caf\xe9",
    ];
    const bytes = withBody(
      "PATCH /api/echo/a%2Fb/%20c;v=1?x=%2F&y=+&&z",
      "text/weird; a=b",
      "\x00\xff",
      fields,
    );
    const direct = await heard(legacy.port, bytes);
    const through = await heard(gateway.port, bytes);
    expect({ ...through, headers: [] }).toEqual({ ...direct, headers: [] });
    const pairs = (headers: string[]) =>
      headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []));
    const own = /^(x-forwarded-(for|proto|host|port)|via|traceparent|x-request-id|connection): /i;
    expect(pairs(through.headers).filter((field) => !own.test(field))).toEqual(
      pairs(direct.headers).filter((field) => !own.test(field)),
    );
    expect(pairs(through.headers).filter((field) => own.test(field)).length).toBe(8);
  });

  it("keeps a body on methods that seldom have one", async () => {
    for (const method of ["GET", "DELETE", "OPTIONS"]) {
      const bytes = withBody(`${method} /api/echo/x`, "text/plain", "body");
      expect((await heard(gateway.port, bytes)).sha256).toBe((await heard(legacy.port, bytes)).sha256);
    }
  });
});
