import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compare } from "../../../gateway/diff/compare.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import { answered, compareBodies, NOW, told } from "./answers.ts";

const coded = (body: Buffer, ...codings: string[]) =>
  answered({ body, headers: codings.flatMap((coding) => ["Content-Encoding", coding]) });

describe("coded bodies", () => {
  const JSON_1 = Buffer.from('{"a":1}');
  it.each([
    ["gzip", gzipSync],
    ["X-GZIP", gzipSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["identity", (bytes: Buffer) => bytes],
  ])("in %s are compared by what they say", (coding, encode) => {
    const [one, other] = [coded(encode(JSON_1), coding), coded(encode(Buffer.from('{"a":2}')), coding)];
    expect(told(compare(one, other, DEFAULT_RULES, NOW))).toEqual(["mismatch", "value body/a 1 → 2"]);
    const spaced = coded(encode(Buffer.from('{ "a": 1 }')), coding);
    expect(told(compare(one, spaced, DEFAULT_RULES, NOW))).toEqual(["match"]);
  });

  it("in several codings, in one line or more, are undone from the last to the first", () => {
    const stacked = gzipSync(brotliCompressSync(JSON_1));
    for (const codings of [["br, gzip"], ["br", "gzip"]])
      expect(
        told(compare(coded(stacked, ...codings), coded(JSON_1, "br, gzip"), DEFAULT_RULES, NOW)),
      ).toEqual(["inconclusive: undecodable"]);
    const again = gzipSync(brotliCompressSync(Buffer.from('{"a":1.0}')), { level: 1 });
    expect(told(compare(coded(stacked, "br, gzip"), coded(again, "br,gzip"), DEFAULT_RULES, NOW))).toEqual([
      "match",
    ]);
  });

  it("in two codings differ in the coding alone", () => {
    expect(told(compare(coded(gzipSync(JSON_1), "gzip"), coded(JSON_1), DEFAULT_RULES, NOW))).toEqual([
      "mismatch",
      "missing header/content-encoding gzip → ∅",
    ]);
  });

  it("that are the same bytes but not in the same coding are not the same", () => {
    const bytes = gzipSync(JSON_1);
    const { differences } = compare(coded(bytes, "gzip"), coded(bytes), DEFAULT_RULES, NOW);
    expect(differences.map(({ at }) => at.split("/")[0])).toEqual(["header", "body"]);
  });

  it.each([
    ["broken", coded(Buffer.from("no gzip"), "gzip")],
    ["cut off", coded(gzipSync(JSON_1).subarray(0, 15), "gzip")],
    ["in a coding that nobody knows", coded(JSON_1, "constructor")],
    ["in too many codings", coded(JSON_1, "identity,identity,identity,identity,identity")],
    ["a bomb", coded(gzipSync(Buffer.alloc(64 * 1024 * 1024)), "gzip")],
  ])("that are %s are undecodable", (_, other) => {
    const { at: _at, ...one } = {
      at: 0,
      ...other,
      body: { ...other.body, bytes: Buffer.from("x"), length: 1 },
    };
    expect(told(compare(one, other, DEFAULT_RULES, NOW))).toEqual(["inconclusive: undecodable"]);
  });

  it("that are empty, as after HEAD, need no decoding", () => {
    const head = (etag: string) => answered({ headers: ["Content-Encoding", "gzip", "ETag", etag] });
    expect(told(compare(head("1"), head("2"), DEFAULT_RULES, NOW))).toEqual([
      "mismatch",
      "value header/etag 1 → 2",
    ]);
  });
});

describe("character sets", () => {
  it("are read as declared", () => {
    const latin = answered({ type: "text/plain; charset=iso-8859-1", body: Buffer.from("Zürich", "latin1") });
    const utf8 = answered({ type: "text/plain; charset=utf-8", body: "Zürich" });
    expect(compare(latin, utf8, DEFAULT_RULES, NOW).differences.map(({ at }) => at)).toEqual([
      "header/content-type",
    ]);
  });

  it("are read as a document names them", () => {
    const xml = (name: string, encoding: BufferEncoding) =>
      Buffer.from(`<?xml version="1.0" encoding="${name}"?><a>Zürich</a>`, encoding);
    expect(told(compareBodies(xml("ISO-8859-1", "latin1"), xml("UTF-8", "utf8"), {}, "text/xml"))).toEqual([
      "match",
    ]);
  });

  it.each(["text/plain", "application/json", "text/html", "text/plain; charset=nonsense"])(
    "that do not fit leave bytes to compare, in %s",
    (type) => {
      const [one, other] = [Buffer.from([0x61, 0xff]), Buffer.from([0x61, 0xfe])];
      expect(told(compareBodies(one, other, {}, type))).toEqual([
        "mismatch",
        "bytes body 2 bytes; at offset 1: ff → 2 bytes; at offset 1: fe",
      ]);
    },
  );
});

describe("kinds that disagree", () => {
  it("compare as JSON what is JSON on both sides, and as text what is text", () => {
    const html = (body: string) => answered({ type: "text/html", body });
    const json = (body: string) => answered({ body });
    const header = "value header/content-type";
    const lines = (a: ReturnType<typeof html>, b: ReturnType<typeof html>) =>
      told(compare(a, b, DEFAULT_RULES, NOW));
    expect(lines(html('{"a":1}'), json('{ "a":1 }'))).toEqual([
      "mismatch",
      `${header} text/html → application/json`,
    ]);
    expect(lines(json("{}"), html("<p>500</p>"))).toEqual([
      "mismatch",
      `${header} application/json → text/html`,
      "value body/line/1 {} → <p>500</p>",
    ]);
  });
});

describe("text", () => {
  const text = (one: string, other: string) => told(compareBodies(one, other, {}, "text/plain"));
  it.each([
    ["a line more", "a\nb", "a\nnew\nb", ["extra body/line/2 ∅ → new"]],
    ["a line gone", "a\nb\nc", "a\nc", ["missing body/line/2 b → ∅"]],
    ["a line changed", "a\nb\nc", "a\nB\nc", ["value body/line/2 b → B"]],
    ["line ends", "a\r\nb", "a\nb", ["value body/line/1 a\r → a"]],
    ["the last line end", "a\n", "a", ["missing body/line/2  → ∅"]],
    ["order", "a\nb\nc", "b\nc\na", ["order body a\nb\nc → b\nc\na"]],
    ["all of it", "", "a\nb", ["extra body ∅ → a\nb"]],
  ])("differs in %s", (_, one, other, lines) => {
    expect(text(one, other)).toEqual(["mismatch", ...lines]);
  });
});

describe("markup", () => {
  const page = (inner: string) => `<!doctype html><html><body>${inner}</body></html>`;
  const html = (one: string, other: string) => told(compareBodies(page(one), page(other), {}, "text/html"));
  const at = "body/html/0/body/0";

  it.each([
    ["attributes in any order and quoting", "<p id=a class='b'>x</p>", '<P class="b" ID="a">x</P>'],
    ["white space between and inside", "<p>a b</p><p>c</p>", "\n <p>a\n\t b </p>\n<p>c</p> "],
    ["entities", "<p>&eacute;&#233;&lt;</p>", "<p>éé&#x3c;</p>"],
    ["comments", "<p>a</p>", "<!-- hi --><p>a<!-- x --></p>"],
    ["end tags that may be left out", "<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"],
  ])("in HTML is the same for %s", (_, one, other) => {
    expect(html(one, other)).toEqual(["match"]);
  });

  it.each([
    ["text", "<p>a</p>", "<p>b</p>", [`value ${at}/p/0/#text/0 a → b`]],
    [
      "an attribute",
      "<p id=a>x</p>",
      "<p class=b>x</p>",
      [`missing ${at}/p/0/@id a → ∅`, `extra ${at}/p/0/@class ∅ → b`],
    ],
    [
      "an element more",
      "<p>a</p><p>b</p>",
      "<h1>t</h1><p>a</p><p>b</p>",
      [`extra ${at}/h1/0 ∅ → <h1>t</h1>`],
    ],
    [
      "another element",
      "<b>a</b>",
      "<i>a</i>",
      [`missing ${at}/b/0 <b>a</b> → ∅`, `extra ${at}/i/0 ∅ → <i>a</i>`],
    ],
    ["order", "<p>a</p><p>b</p>", "<p>b</p><p>a</p>", [`order ${at} p p → p p`]],
    [
      "white space that is kept",
      "<pre>a  b</pre>",
      "<pre>a b</pre>",
      [`value ${at}/pre/0/#text/0 a  b → a b`],
    ],
    ["a no-break space", "<p>a&nbsp;b</p>", "<p>a b</p>", [`value ${at}/p/0/#text/0 a\u00a0b → a b`]],
    [
      "an attribute of every object's",
      "<p __proto__=1>x</p>",
      "<p>x</p>",
      [`missing ${at}/p/0/@__proto__ 1 → ∅`],
    ],
  ])("in HTML differs in %s", (_, one, other, lines) => {
    expect(html(one, other)).toEqual(["mismatch", ...lines]);
  });

  it("finds a changed element among others", () => {
    const list = (from: number, name: string) =>
      Array.from(
        { length: 30 },
        (_, n) => `<li id="${n + from}"><b>${n + from === 9 ? name : "same"}</b></li>`,
      ).join("");
    expect(html(`<ul>${list(0, "old")}</ul>`, `<ul>${list(-1, "new")}</ul>`)).toEqual([
      "mismatch",
      `extra ${at}/ul/0/li/0 ∅ → <li id="-1"><b>same</b></li>`,
      `value ${at}/ul/0/li/9/b/0/#text/0 old → new`,
      `missing ${at}/ul/0/li/29 <li id="29"><b>same</b></li> → ∅`,
    ]);
  });

  it("in XML keeps case, and takes CDATA for text and a short element for an empty one", () => {
    const xml = (one: string, other: string) => told(compareBodies(one, other, {}, "application/atom+xml"));
    expect(xml("<a><b/><c>1&lt;2</c></a>", "<a>\n<b></b><c><![CDATA[1<2]]></c></a>")).toEqual(["match"]);
    expect(xml("<a><B/></a>", "<a><b/></a>")).toEqual([
      "mismatch",
      "missing body/a/0/B/0 <B/> → ∅",
      "extra body/a/0/b/0 ∅ → <b/>",
    ]);
  });

  it.each(["<a><b></a>", "<a></b></a>", "<a>", '<a x="1" x="2"/>', "<a/><b"])(
    "that is not well-formed XML is text: %s",
    (broken) => {
      expect(told(compareBodies(broken, "<a/>", {}, "text/xml"))).toEqual([
        "mismatch",
        `value body/line/1 ${broken} → <a/>`,
      ]);
    },
  );

  it("is text or bytes where rules say so", () => {
    expect(told(compareBodies("<p>a</p>", "<p >a</p>", { markup: "text" }, "text/html"))).toEqual([
      "mismatch",
      "value body/line/1 <p>a</p> → <p >a</p>",
    ]);
    expect(
      compareBodies("<p>a</p>", "<p >a</p>", { markup: "bytes" }, "text/html").differences[0]?.kind,
    ).toBe("bytes");
  });

  it("nested too deep is too complex, and unmatched tags by the hundred thousand end", () => {
    const deep = "<i>".repeat(100_000);
    expect(told(compareBodies(deep, `${deep}x`, {}, "text/html"))).toEqual(["inconclusive: too-complex"]);
    const stray = "</i>".repeat(100_000);
    expect(compareBodies(stray, `${stray}x`, {}, "text/html").verdict).toBe("mismatch");
  });

  it("honours rules at its places", () => {
    const rules = {
      matchers: [{ id: "nonce", at: "body/html/0/body/0/*/*/@nonce", matcher: { like: "text" } }],
    } as const;
    expect(
      told(compareBodies(page("<p nonce=a>x</p>"), page("<p nonce=b>x</p>"), rules, "text/html")),
    ).toEqual(["ignored", `(nonce) value ${at}/p/0/@nonce`]);
  });
});

describe("forms and bytes", () => {
  const form = (one: string, other: string) =>
    told(compareBodies(one, other, {}, "application/x-www-form-urlencoded"));

  it("compares forms by field", () => {
    expect(form("a=1&b=x+y&a=2", "b=x%20y&a=1&a=2")).toEqual(["match"]);
    expect(form("a=1&b=2&a=2", "a=1&a=3&c")).toEqual([
      "mismatch",
      "value body/a/1 2 → 3",
      "missing body/b/0 2 → ∅",
      "extra body/c/0 ∅ → ",
    ]);
  });

  it("does not take two broken escapes for one", () => {
    expect(form("a=%ff", "a=%fe")).toEqual(["mismatch", "value body/a/0 %ff → %fe"]);
  });

  it("says where other bytes part", () => {
    const [one, other] = [Buffer.from([1, 2, 3]), Buffer.from([1, 2])];
    expect(told(compareBodies(one, other, {}, "image/png"))).toEqual([
      "mismatch",
      "bytes body 3 bytes; at offset 2: 03 → 2 bytes; at offset 2: the end",
    ]);
  });
});
