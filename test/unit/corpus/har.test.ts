import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CorpusEntry, CorpusItem } from "../../../gateway/corpus/corpus.ts";
import { importHar } from "../../../gateway/corpus/har.ts";
import { exportHar } from "../../../gateway/corpus/har-export.ts";
import { arbitraryEntry } from "../../support/corpora/arbitrary-entry.ts";
import { chunksOf, entry, HEAD, itemsFrom, sorted } from "../../support/corpora/items.ts";

// The members are those of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/); what begins with `_`, and what is missing
// or -1, is what Chromium's and Firefox's network panels write.
const sample = (name: string) => join(import.meta.dirname, "../../support/corpora", name);
const messages = (problems: readonly { line: number; message: string }[]) =>
  problems.map(({ line, message }) => `${line}: ${message}`);

describe("a HAR of Chromium", async () => {
  const { entries, problems } = await sorted(importHar(sample("chromium.har.json")));
  const [post, redirect, image, gone, upload] = entries as [
    CorpusEntry,
    CorpusEntry,
    CorpusEntry,
    CorpusEntry,
    CorpusEntry,
  ];

  it("carries a request as it was sent, without what HTTP/2 and the connection added", () => {
    expect(post).toMatchObject({ id: "har-1", at: Date.parse("2026-01-31T12:00:00.250Z"), session: "har" });
    expect(post.request).toMatchObject({
      method: "POST",
      target: "/orders?note=caf%C3%A9&empty=",
      isWhole: true,
    });
    expect(post.request.headers).toEqual([
      "Host",
      "shop.example",
      "accept",
      "application/json",
      "content-type",
      "application/json",
      "cookie",
      "sid=abc",
    ]);
    expect(post.request.body.toString()).toBe('{"name":"Köln"}');
  });

  it("carries the answer unpacked, with each of its cookies", () => {
    expect(post.answer).toEqual({
      status: 201,
      headers: ["content-type", "application/json", "set-cookie", "a=1; Path=/", "set-cookie", "b=2; Path=/"],
      body: Buffer.from('{"id":7}'),
      isWhole: true,
      durationMs: 29.25,
    });
    expect(image.answer?.body).toEqual(Buffer.from("89504e47", "hex"));
  });

  it("carries a redirect by itself", () => {
    expect(redirect.request).toMatchObject({ target: "/", headers: ["Host", "shop.example"] });
    expect(redirect.answer).toMatchObject({
      status: 302,
      headers: ["Location", "/login"],
      isWhole: true,
      durationMs: null,
    });
  });

  it("knows no answer where there was none", () => {
    expect(gone).toMatchObject({ id: "har-7", answer: null });
  });

  it("leaves out what no server was asked for, and says what it has not got", () => {
    expect(upload.request.isWhole).toBe(false);
    expect(messages(problems)).toEqual([
      "4: the browser answered from its cache (disk); left out",
      "5: a WebSocket cannot be sent again; left out",
      "6: data: is nothing that a server is asked for; left out",
      expect.stringContaining("8: the HAR does not have all bytes"),
    ]);
  });
});

describe("a HAR of Firefox", async () => {
  const { entries, problems } = await sorted(importHar(sample("firefox.har.json")));
  const [login, big] = entries as [CorpusEntry, CorpusEntry];

  it("carries a form that is there as parameters only, and answers in their own charset", () => {
    expect(login.request.body.toString()).toBe("user=a+b&next=%2F%3Fx%3D1");
    expect(login.answer?.body).toEqual(Buffer.from("Köln", "latin1"));
    expect(login.answer?.headers).toEqual(["Content-Type", "text/html; charset=iso-8859-1"]);
  });

  it("carries fields one byte a character, and says which cannot be sent", () => {
    expect(login.request.headers.slice(4)).toEqual(["X-Name", Buffer.from("Łódź").toString("latin1")]);
    expect(messages(problems)).toEqual(['1: the field "X-Bad" cannot be sent; left out']);
  });

  it("knows that an answer is not there as a whole", () => {
    expect(big.answer).toMatchObject({ status: 200, isWhole: false });
  });
});

describe("a HAR", () => {
  it("is read the same in chunks of any size", async () => {
    const bytes = await readFile(sample("chromium.har.json"));
    const whole = await sorted(importHar(chunksOf(bytes, bytes.length)));
    for (const size of [1, 13, 4096]) expect(await sorted(importHar(chunksOf(bytes, size)))).toEqual(whole);
  });

  it.each([
    ["nothing", "", "1: this is no such file: it has no list `log.entries`"],
    ["a list", "[]", "1: this is no such file"],
    ["entries elsewhere", '{"entries":[{"log":[{}]}]}', "1: this is no such file"],
    ["text", "hello", "1: this is no such file"],
    ["an entry that is none", '{"log":{"entries":[{"request":7}]}}', "1: this is no HAR entry (request"],
    ["an entry cut off", '{"log":{"entries":[{"request":{"meth', "1: the file is cut off"],
    ["brackets in a string", '{"log":{"entries":[{"a":"]}\\"}"}]}}', "1: this is no HAR entry (request"],
    ["a URL without a host", harOf({ method: "GET", url: "https:///x y" }), ""],
    [
      "a method of two words",
      harOf({ method: "A B", url: "http://h/" }),
      '1: "A B http://h/" is no HTTP request',
    ],
    [
      "a body with a coding as text",
      harOf(posted({ text: "\u001f\ufffd" })),
      "1: the HAR does not have all bytes",
    ],
    ["half a surrogate pair", harOf(posted({ text: "\ud800" })), "1: the HAR does not have all bytes"],
    [
      "a body cut by the browser",
      harOf({ ...posted({ text: "ab" }), bodySize: 3 }),
      "1: the HAR does not have all bytes",
    ],
    [
      "deep nesting",
      `{"log":{"entries":[{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}]}}`,
      "1: this is no HAR entry",
    ],
  ])("may hold anything (%s)", async (_, text, message) => {
    const { problems } = await sorted(importHar(chunksOf(text, 4096)));
    const wanted = message === "" ? [] : [message];
    expect(messages(problems).map((text, n) => text.slice(0, wanted[n]?.length))).toEqual(wanted);
  });

  it("tells what a browser kept to itself from what was not there", async () => {
    const url = "http://h/";
    const fields = [{ name: "Content-Length", value: "3" }];
    const redirect = { status: 303, content: { size: -1, mimeType: "x-unknown" } };
    const entries = [
      {
        request: { method: "POST", url, headers: fields, bodySize: 0 },
        response: { ...redirect, bodySize: 40 },
      },
      {
        request: { method: "DELETE", url, headers: [] },
        response: { ...redirect, status: 204, bodySize: 0 },
      },
      { request: { method: "GET", url }, response: { status: 200, bodySize: -90, _transferSize: 0 } },
    ];
    const read = await sorted(importHar(chunksOf(JSON.stringify({ log: { entries } }), 64)));
    expect(read.entries.map(({ request, answer }) => [request.isWhole, answer?.isWhole])).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(messages(read.problems)).toEqual([
      expect.stringContaining("1: the HAR does not have all bytes"),
      "3: the browser answered from its cache (nothing went over the wire); left out",
    ]);
  });

  it("may have an entry that is too long, which is not kept in memory", async () => {
    const long = harOf(posted({ text: "x".repeat(10_000_000) })).replace(
      "]}}",
      `,${JSON.stringify({ request: { method: "GET", url: "http://h/" } })}]}}`,
    );
    const { entries, problems } = await sorted(
      importHar(chunksOf(long, 65_536), { maxRecordBytes: 1_000_000 }),
    );
    expect(messages(problems)).toEqual([expect.stringContaining("1: the entry has 10000")]);
    expect(entries.map(({ id }) => id)).toEqual(["har-2"]);
  });

  it("that was exported comes back, whatever was in it", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryEntry, async (written) => {
        const plain = fitForHar(written);
        const items: CorpusItem[] = [HEAD, { kind: "entry", entry: plain }];
        let text = "";
        for await (const piece of exportHar(itemsFrom(items))) text += piece;
        const { entries } = await sorted(importHar(chunksOf(text, 1000)));
        expect(entries).toEqual([plain]);
      }),
      { numRuns: 300 },
    );
  });

  it("that was exported has what the format demands", async () => {
    const request = {
      ...entry().request,
      headers: ["Host", "shop.example", "Cookie", "a=1; b"],
      target: "/x?q=%20&r",
    };
    const answer = {
      status: 200,
      headers: ["Set-Cookie", "c=3; Path=/"],
      body: Buffer.from("hi"),
      isWhole: true,
      durationMs: 5,
    };
    let text = "";
    for await (const piece of exportHar(
      itemsFrom([HEAD, { kind: "entry", entry: entry({ request, answer }) }]),
    ))
      text += piece;
    expect((JSON.parse(text) as { log: unknown }).log).toMatchObject({
      version: "1.2",
      creator: { name: "banyan" },
      entries: [
        {
          startedDateTime: new Date(1_790_000_000_000).toISOString(),
          request: {
            url: "http://shop.example/x?q=%20&r",
            cookies: [
              { name: "a", value: "1" },
              { name: "b", value: "" },
            ],
            queryString: [
              { name: "q", value: " " },
              { name: "r", value: "" },
            ],
          },
          response: {
            status: 200,
            cookies: [{ name: "c", value: "3" }],
            content: { size: 2, text: "hi" },
            redirectURL: "",
          },
          timings: { send: 0, wait: 5, receive: 0 },
        },
      ],
    });
  });
});

function harOf(request: object): string {
  return JSON.stringify({ log: { entries: [{ request }] } });
}

function posted(postData: object) {
  return {
    method: "POST",
    url: "http://h/",
    headers: [{ name: "Content-Encoding", value: "gzip" }],
    postData,
  };
}

/** With what makes a HAR of it: a host, a target that is a URL's, and a status that is no WebSocket's. */
function fitForHar(written: CorpusEntry): CorpusEntry {
  const { request, answer } = written;
  const target = request.target.replace(/[\u0080-\u00ff]/g, "%AA");
  return {
    ...written,
    request: { ...request, target, headers: ["Host", "h", ...request.headers] },
    answer: answer?.status === 101 ? null : answer,
  };
}
