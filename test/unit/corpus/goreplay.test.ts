import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { importGoReplay } from "../../../gateway/corpus/goreplay.ts";
import { chunksOf, sorted } from "../../support/corpora/items.ts";

// The form is that of https://github.com/buger/goreplay/wiki/Saving-and-Replaying-from-file: a line of type, id and time in
// nanoseconds, the message as it was on the wire, and a line with the separator.
const END = "\n🐵🙈🙉\n";
const at = "1439818823587396305";
const payload = (meta: string, ...message: string[]) => `${meta}\n${message.join("\r\n")}${END}`;
const get = (id: string, ...fields: string[]) =>
  payload(`1 ${id} ${at}`, "GET /orders/7 HTTP/1.1", "Host: shop.example", ...fields, "", "");
const read = (text: string | Buffer, size = 11) => sorted(importGoReplay(chunksOf(text, size)));
const only = async (text: string) => {
  const { entries, problems } = await read(text);
  expect(entries).toHaveLength(1);
  return { ...entries[0]!, problems: problems.map(({ line, message }) => `${line}: ${message}`) };
};

describe("a file of GoReplay", () => {
  const id = "932079936fa4306fc308d67588178d17d823647c";

  it("carries requests with the answers that belong to them, in the order of the requests", async () => {
    const text = [
      get("a"),
      get("b", "Accept: */*"),
      payload(
        `2 b ${at} 2500000`,
        "HTTP/1.1 200 OK",
        "Content-Length: 2",
        "Content-Type: text/plain",
        "",
        "hi",
      ),
      payload(`2 a ${at} 1000000`, "HTTP/1.1 404 Not Found", "Content-Length: 0", "", ""),
    ].join("");
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const { entries, problems } = await read(bytes);
      expect(problems).toEqual([]);
      expect(entries).toEqual([
        expect.objectContaining({ id: "a", at: Number(at) / 1e6, session: null }),
        expect.objectContaining({
          id: "b",
          request: {
            method: "GET",
            target: "/orders/7",
            headers: ["Host", "shop.example", "Accept", "*/*"],
            body: Buffer.alloc(0),
            isWhole: true,
          },
          answer: {
            status: 200,
            headers: ["Content-Type", "text/plain"],
            body: Buffer.from("hi"),
            isWhole: true,
            durationMs: 2.5,
          },
        }),
      ]);
      expect(entries[0]?.answer).toMatchObject({ status: 404, durationMs: 1 });
    }
  });

  it("carries bodies byte by byte, whatever lines are in them", async () => {
    const body = "a\n🐵🙈🙉 not alone\r\n\n\n🐵\0ÿ";
    const { request } = await only(
      payload(
        `1 ${id} ${at}`,
        "PUT /x?y=%20 HTTP/1.1",
        `Content-Length: ${Buffer.byteLength(body)}`,
        "",
        body,
      ),
    );
    expect(request).toMatchObject({ method: "PUT", target: "/x?y=%20", headers: [], isWhole: true });
    expect(request.body.toString()).toBe(body);
  });

  it("takes chunked bodies out of their chunks", async () => {
    const chunked = payload(
      `1 ${id} ${at}`,
      "POST / HTTP/1.1",
      "Transfer-Encoding: chunked",
      "Trailer: X",
      "",
      "3;a=b",
      "abc",
      "A",
      "0123456789",
      "0",
      "X: 1",
      "",
      "",
    );
    const { request, problems } = await only(chunked);
    expect(request).toMatchObject({ headers: [], body: Buffer.from("abc0123456789"), isWhole: true });
    expect(problems).toEqual([]);
  });

  it.each([
    ["a length that was not reached", ["Content-Length: 9", "", "abc"], "abc"],
    ["a chunk that was not reached", ["Transfer-Encoding: chunked", "", "5", "abc"], "abc\n"],
    ["a chunk of no length", ["Transfer-Encoding: chunked", "", "x", "abc"], ""],
    ["a length that is none", ["Content-Length: 1e1", "", "abc"], "abc"],
    ["no length", ["", "abc"], ""],
  ])("says so when a body is cut off (%s)", async (_, rest) => {
    const { request, problems } = await only(payload(`1 ${id} ${at}`, "POST / HTTP/1.1", ...rest));
    expect(request.isWhole).toBe(false);
    expect(problems).toEqual(["1: the body is not all there"]);
  });

  it("knows which answers have no body, and which end with their connection", async () => {
    const head =
      payload(`1 h ${at}`, "HEAD / HTTP/1.1", "", "") +
      payload(`2 h ${at} 1`, "HTTP/1.1 200 OK", "Content-Length: 99", "", "");
    expect((await only(head)).answer).toMatchObject({ body: Buffer.alloc(0), isWhole: true });
    const open = get("o") + payload(`2 o ${at} 1`, "HTTP/1.0 200 OK", "", "to the end");
    expect((await only(open)).answer).toMatchObject({ body: Buffer.from("to the end"), isWhole: true });
  });

  it.each([
    ["an answer to nobody", payload(`2 z ${at} 1`, "HTTP/1.1 200 OK", "", ""), "answers no request"],
    ["a replayed answer", payload(`3 good ${at} 1`, "HTTP/1.1 200 OK", "", ""), "what a replay was answered"],
    ["another format", "hello\nworld\n", "no payload of GoReplay"],
    ["an id that waits already", get("good"), "waiting for its answer already"],
    ["no HTTP", `1 x ${at}\n\0\0\0${END}`, "no HTTP/1 message"],
    ["HTTP/2", payload(`1 x ${at}`, "PRI * HTTP/2.0", "", ""), "no request of HTTP/1"],
    ["a target elsewhere", payload(`1 x ${at}`, "CONNECT h:443 HTTP/1.1", "", ""), "no request of HTTP/1"],
    ["an answer as request", payload(`1 x ${at}`, "HTTP/1.1 200 OK", "", ""), "no request of HTTP/1"],
    ["a request as answer", payload(`2 good ${at}`, "GET / HTTP/1.1", "", ""), "no answer of HTTP/1"],
    ["a cut-off end", `1 x ${at}\nGET / HT`, "cut off"],
  ])("names what cannot be used (%s) and keeps the rest", async (_, text, message) => {
    const { entries, problems } = await read(get("good") + text);
    expect(entries[0]).toMatchObject({ id: "good", request: { target: "/orders/7" } });
    expect(problems[0]).toEqual({ line: 7, message: expect.stringContaining(message) as string });
  });

  it("takes the absolute form, which proxies get", async () => {
    const { request } = await only(
      payload(`1 ${id} ${at}`, "GET http://shop.example:80/a HTTP/1.1", "Connection: close", "", ""),
    );
    expect(request).toMatchObject({ target: "/a", headers: ["Host", "shop.example"] });
  });

  it("does not keep a payload that is too long", async () => {
    const long = payload(
      `1 x ${at}`,
      "POST / HTTP/1.1",
      "Content-Length: 5000000",
      "",
      "x\n".repeat(250_000),
    );
    const { entries, problems } = await sorted(
      importGoReplay(chunksOf(long + get("good"), 65_536), { maxRecordBytes: 100_000 }),
    );
    expect(entries.map((one) => one.id)).toEqual(["good"]);
    expect(problems[0]?.message).toContain("more than 100000 bytes");
  });

  it("does not wait for ever for answers", async () => {
    const many = Array.from({ length: 10_050 }, (_, n) => get(`r${n}`)).join("");
    const { entries, problems } = await read(
      `${many}${payload(`2 r0 ${at} 1`, "HTTP/1.1 200 OK", "", "")}`,
      65_536,
    );
    expect(entries.map((one) => one.id)).toEqual(Array.from({ length: 10_050 }, (_, n) => `r${n}`));
    expect(problems).toEqual([
      {
        line: expect.any(Number) as number,
        message: "this answers no request that came shortly before it; left out",
      },
    ]);
  });
});
