import { gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "../../../gateway/diff/compare.ts";
import type { AnsweredObservation, Observation } from "../../../gateway/diff/observation.ts";
import { DEFAULT_REDACTION, redactor, type RedactSettings } from "../../../gateway/diff/redact.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import type { Sample } from "../../../gateway/store/evidence-store.ts";
import { difference } from "./comparisons.ts";
import { evidenceKey } from "./evidence-key.ts";

const KEY = Buffer.alloc(32, 7);
const redact = redactor(DEFAULT_REDACTION, KEY);
const withSettings = (settings: Partial<RedactSettings>) =>
  redactor({ ...DEFAULT_REDACTION, ...settings }, KEY);

function answered(body: string | Buffer, headers: readonly string[] = []): AnsweredObservation {
  const bytes = Buffer.from(body);
  const captured = { bytes, length: bytes.length, sha256: null };
  return { kind: "answered", status: 200, headers, body: captured, durationMs: 1, version: null };
}

const bodyOf = (side: Observation) => (side.kind === "answered" ? side.body.bytes.toString() : "");
const redacted = (body: string, by = redact) => bodyOf(by.observation(answered(body)));
const tokenOf = (secret: string) =>
  (JSON.parse(redacted(JSON.stringify({ password: secret }))) as { password: string }).password;

function sampleOf(
  primary: Observation,
  candidate: Observation,
  request: Partial<Sample["request"]> = {},
): Sample {
  const asked = { method: "GET", target: "/", headers: [], body: Buffer.alloc(0), ...request };
  const comparison = compare(primary, candidate, DEFAULT_RULES, 0);
  return { id: "1", key: evidenceKey(), at: 0, request: asked, primary, candidate, comparison };
}

describe("tokens", () => {
  it("are the same for the same secret, in every place, and others under another key", () => {
    const token = tokenOf("hunter2-hunter2");
    expect(token).toMatch(/^redacted:[a-z2-7]{12}$/);
    const request = {
      method: "GET",
      target: "/in?token=hunter2-hunter2",
      body: Buffer.from("password=hunter2-hunter2"),
      headers: ["Cookie", "a=hunter2-hunter2; b=2", "Authorization", "Bearer hunter2-hunter2"],
    };
    const { target, headers, body } = redact.request(request);
    expect(target).toBe(`/in?token=${token}`);
    expect(headers[1]).toMatch(new RegExp(`^a=${token}; b=redacted:\\w{12}$`));
    expect(headers[3]).toBe(`Bearer ${token}`);
    expect(body.toString()).toBe(`password=${token}`);
    const other = redactor(DEFAULT_REDACTION, Buffer.alloc(32, 8));
    expect(redacted('{"password":"hunter2-hunter2"}', other)).not.toContain(token);
  });

  it("need a key that cannot be guessed", () => {
    expect(() => redactor(DEFAULT_REDACTION, Buffer.from("short"))).toThrow(/5 bytes; give it 32/);
  });

  it("tell a number from a text of its digits, and know a number however it is written", () => {
    expect(redacted('{"pin":4711}')).toBe(`{"pin":"${tokenOf("4711")}:number"}`);
    expect(redacted('{"pin":1.0}')).toBe(redacted('{"pin":1}'));
    const strict = withSettings({ numbersAsWritten: true });
    expect(redacted('{"pin":1.0}', strict)).not.toBe(redacted('{"pin":1}', strict));
  });
});

describe("redacted JSON", () => {
  it("keeps every other byte: spaces, order, duplicates, digits", () => {
    const token = tokenOf("x");
    expect(redacted('{ "a" : 1.50e+2,\n "password":\t"x", "a":9007199254740993, "b":"\\u0041" }')).toBe(
      `{ "a" : 1.50e+2,\n "password":\t"${token}", "a":9007199254740993, "b":"\\u0041" }`,
    );
  });

  it("keeps true, false, null and nothing under the name of a secret", () => {
    const body = '{"secret":true,"token":null,"password":"","otp":[],"pin":{}}';
    expect(redacted(body)).toBe(body);
  });

  it("keeps what only speaks of a secret", () => {
    const body =
      '{"token_type":"bearer","passwordChangedAt":"2026-11-21","tokenCount":12,"keyboard":"de","author":"Ada"}';
    expect(redacted(body)).toBe(body);
  });

  it("knows card numbers from other numbers", () => {
    expect(redacted('{"card":1,"n":4111111111111111}')).toMatch(/"n":"redacted:\w{12}:number"/);
    expect(redacted('{"n":4111111111111112,"ms":1763719200000}')).toBe(
      '{"n":4111111111111112,"ms":1763719200000}',
    );
  });

  it("stays JSON, whatever it was, and is redacted alike twice", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const once = redacted(text);
        expect(() => JSON.parse(once) as unknown).not.toThrow();
        expect(redacted(text)).toBe(once);
      }),
    );
  });
});

describe("bodies", () => {
  it("keep their coding, so that they still are what their header fields say", () => {
    const body = '{"password":"hunter2","a":1}';
    const side = redact.observation(
      answered(gzipSync(body), ["Content-Encoding", "gzip"]),
    ) as AnsweredObservation;
    expect(gunzipSync(side.body.bytes).toString()).toBe(redacted(body));
    expect(side.body).toMatchObject({ length: side.body.bytes.length, sha256: null });
  });

  it("that nobody can read lose their bytes and keep what tells them apart", () => {
    const [a, b] = ["\0\u0001a", "\0\u0001b"].map((bytes) => {
      return (redact.observation(answered(Buffer.from(bytes))) as AnsweredObservation).body;
    });
    expect(a).toMatchObject({ bytes: Buffer.alloc(0), length: 3 });
    expect(a!.sha256).toMatch(/^[\da-f]{64}$/);
    expect(a!.sha256).not.toBe(b!.sha256);
  });

  it("that were cut lose their bytes, as a secret may be cut with them, and their plain digest", () => {
    const sha256 = "ab".repeat(32);
    const body = { bytes: Buffer.from('{"password":"hun'), length: 900, sha256 };
    const side = redact.observation({ ...answered(""), body }) as AnsweredObservation;
    expect(side.body).toMatchObject({ bytes: Buffer.alloc(0), length: 900 });
    expect(side.body.sha256).not.toBe(sha256);
  });

  it("are kept as they are when there is nothing in them", () => {
    for (const body of ["", "Hello, world.", "<p>Hello</p>", "a=1&b=%20c", "[1,2,3]", "\u00e9"]) {
      expect(redacted(body)).toBe(body);
    }
  });
});

describe("an operator's own rules", () => {
  it("name names, and names that are harmless", () => {
    const own = withSettings({ names: ["taxNumber"], harmlessNames: ["token"] });
    expect(redacted('{"tax-number":"12/345","token":"abc"}', own)).toMatch(
      /^\{"tax-number":"redacted:\w{12}","token":"abc"\}$/,
    );
  });

  it("name places, with * for a step and ** for all below", () => {
    const own = withSettings({ places: ["body/people/*/name", "body/raw/**", "header/x-tenant", "query/q"] });
    expect(redacted('{"people":[{"name":"Ada","n":1}],"raw":{"a":["b",2]},"name":"shop"}', own)).toMatch(
      /^\{"people":\[\{"name":"redacted:\w{12}","n":1\}\],"raw":\{"a":\["redacted:\w{12}","redacted:\w{12}:number"\]\},"name":"shop"\}$/,
    );
    const request = {
      method: "GET",
      target: "/?q=lamp&p=2",
      headers: ["X-Tenant", "acme"],
      body: Buffer.alloc(0),
    };
    const { target, headers } = own.request(request);
    expect(target).toMatch(/^\/\?q=redacted:\w{12}&p=2$/);
    expect(headers.join(" ")).toMatch(/^X-Tenant redacted:\w{12}$/);
  });

  it("let nothing through where the place cannot be found", () => {
    const own = withSettings({ places: ["body/customer/name"] });
    const side = own.observation(answered("<customer><name>Ada</name></customer>")) as AnsweredObservation;
    expect(side.body.bytes.length).toBe(0);
  });
});

describe("differences", () => {
  it("show tokens for secrets, and the values of everything else", () => {
    const shown = redact.difference(difference("body/login/password", '"hunter2"', '"hunter3"'));
    expect(shown).toEqual(
      difference("body/login/password", `"${tokenOf("hunter2")}"`, `"${tokenOf("hunter3")}"`),
    );
    expect(redact.difference(difference("cookie/sid", "a1", "b2")).primary).toBe(tokenOf("a1"));
    const plain = difference("cookie/sid/path", "/", "/x");
    expect(redact.difference(plain)).toEqual(plain);
  });

  it("have no secret in their place either", () => {
    expect(redact.difference(difference("body/byMail/jane@example.com/n")).at).toMatch(
      /^body\/byMail\/redacted:\w{12}\/n$/,
    );
  });

  it("hide what is known from the rest of the sample", () => {
    const request = { headers: ["Cookie", "cart=c4rt-4711"] };
    const sample = redact.sample(
      sampleOf(answered('{"e":"no c4rt-4711"}'), answered('{"e":"fine"}'), request),
    );
    const token = sample.request.headers[1]!.slice("cart=".length);
    expect(sample.comparison.differences[0]).toMatchObject({ primary: `"no ${token}"`, candidate: '"fine"' });
    expect(bodyOf(sample.primary)).toBe(`{"e":"no ${token}"}`);
  });
});

describe("redaction and verdicts", () => {
  const secret = fc.constantFrom<unknown>(
    "hunter2",
    "hunter3",
    4711,
    4712,
    "4711",
    null,
    true,
    "",
    ["a"],
    { a: "b" },
    0.5,
  );
  const body = fc.record({
    password: secret,
    n: fc.nat(2),
    note: fc.constantFrom("jane@example.com", "joe@example.com", "x"),
  });
  const document = body.map((value) => JSON.stringify(value));
  const text = fc
    .tuple(
      fc.constantFrom("password=", "token: ", "mail "),
      fc.constantFrom("abc123", "abc124", "a@b.example", "a b"),
    )
    .map((parts) => parts.join(""));
  const headers = fc.constantFrom(["Set-Cookie", "sid=1"], ["Set-Cookie", "sid=2"], ["X-Api-Key", "k1"], []);

  it("never turns a difference into a match, nor a match into a difference", () => {
    const answer = fc
      .tuple(fc.oneof(document, text), headers)
      .map(([body, headers]) => answered(body, headers));
    fc.assert(
      fc.property(answer, answer, (primary, candidate) => {
        const sample = redact.sample(sampleOf(primary, candidate));
        const again = compare(sample.primary, sample.candidate, DEFAULT_RULES, 0);
        expect(again.verdict).toBe(sample.comparison.verdict);
      }),
      { numRuns: 500 },
    );
  });
});
