import { gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "../../../gateway/diff/compare.ts";
import type { Observation } from "../../../gateway/diff/observation.ts";
import { DEFAULT_REDACTION, redactor } from "../../../gateway/diff/redact.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import type { Sample } from "../../../gateway/store/evidence-store.ts";
import { evidenceKey } from "./evidence-key.ts";

const KEY = Buffer.alloc(32, 7);

/** Secrets that only their name or their place gives away. */
const OPAQUE = [
  "hunter2-Canary",
  "correct horse battery",
  "p&ss=w%rd?/",
  'quo"ted\\secret',
  "<tag>'secret'",
  "ümläut-Geheim",
  "密码密码密码密码",
  "0042424242",
  "zZ9$zZ9$",
  "tab\tin-it-77",
] as const;

/** Secrets that give themselves away. */
const SPEAKING = [
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.c2lnbmF0dXJlLW9mLWl0",
  "4111111111111111",
  "5500 0000 0000 0004",
  "3782-822463-10005",
  "DE89370400440532013000",
  "GB82 WEST 1234 5698 7654 32",
  "jane.roe@example.com",
  "AKIAIOSFODNN7EXAMPLE",
  "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  "xoxb-17653672481-19874698323",
  `sk_live_${"4eC39HqLyjWDarjt".toUpperCase()}`,
  "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----",
] as const;

interface Places {
  target?: string;
  requestHeaders?: string[];
  requestBody?: string;
  answerHeaders?: string[];
  answer?: string | Buffer;
  /** Another answer of the candidate than the primary's; the same by default. */
  candidate?: string | Buffer;
}

const json = (value: unknown) => JSON.stringify(value);
const form = encodeURIComponent;
const markup = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const latin1 = (text: string) => Buffer.from(text).toString("latin1");

/** Where a secret goes that has to be named. */
const NAMED: Readonly<Record<string, (secret: string) => Places>> = {
  "an own header field": (s) => ({ requestHeaders: ["X-Api-Key", latin1(s)] }),
  "a bearer": (s) => ({ requestHeaders: ["Authorization", `Bearer ${latin1(s)}`] }),
  "basic credentials": (s) => ({ requestHeaders: ["Authorization", `Basic ${base64(`jane:${s}`)}`] }),
  "a cookie": (s) => ({ requestHeaders: ["Cookie", `theme=dark; cart=${form(s)}`] }),
  "a cookie that is set": (s) => ({ answerHeaders: ["Set-Cookie", `cart=${form(s)}; Path=/; HttpOnly`] }),
  "the query": (s) => ({ target: `/orders?page=2&access_token=${form(s)}` }),
  "the path": (s) => ({ target: `/password-reset/token/${form(s)}` }),
  "a form": (s) => ({ requestBody: `user=jane&password=${form(s)}&x=1` }),
  "a form with pluses": (s) => ({ requestBody: `user=jane&password=${form(s).replaceAll("%20", "+")}` }),
  "a JSON member": (s) => ({ answer: json({ user: "jane", password: s }) }),
  "a deep JSON member": (s) => ({ answer: json({ a: [{ b: { c: [{ clientSecret: s }] } }] }) }),
  "below a name": (s) => ({ answer: json({ credentials: { first: [s], n: 1 } }) }),
  "a string of JSON": (s) => ({ answer: json({ event: json({ token: s }) }) }),
  "base64 in JSON": (s) => ({ answer: json({ data: base64(json({ token: s })) }) }),
  "base64 in base64": (s) => ({ answer: json({ data: base64(base64(json({ token: s }))) }) }),
  "twice percent-encoded": (s) => ({ answer: json({ next: `/login?then=${form(`/in?token=${form(s)}`)}` }) }),
  "escaped JSON": (s) => ({ answer: `{"pass\\u0077ord":${json(s).replaceAll("u", "\\u0075")}}` }),
  "an XML element": (s) => ({ answer: `<?xml version="1.0"?><a><password>${markup(s)}</password></a>` }),
  CDATA: (s) => ({ answer: `<a><ns:apiKey type="x"><![CDATA[${s}]]></ns:apiKey></a>` }),
  "an XML attribute": (s) => ({ answer: `<login user="jane" secret="${markup(s)}"/>` }),
  "an input of HTML": (s) => ({ answer: `<form><input value="${markup(s)}" name="csrf_token"></form>` }),
  "a meta of HTML": (s) => ({ answer: `<meta name="csrf-token" content="${markup(s)}">` }),
  multipart: (s) => ({
    requestBody: `--X\r\nContent-Disposition: form-data; name="password"\r\n\r\n${s}\r\n--X--\r\n`,
  }),
  "text with quotes": (s) => ({ answer: `could not log in\npassword: ${json(s)} is wrong` }),
  "compressed JSON": (s) => ({
    answerHeaders: ["Content-Encoding", "gzip"],
    answer: gzipSync(json({ password: s })),
  }),
  "lines of JSON": (s) => ({ answer: `{"n":1}\n{"token":${json(s)}}\n` }),
  "a difference": (s) => ({
    answer: json({ user: 1, password: "another one" }),
    candidate: json({ user: 2, password: s }),
  }),
  "a difference that is missing": (s) => ({ answer: json({ user: { password: s } }), candidate: json({}) }),
  "a difference that is cut": (s) => ({
    answer: json({ user: { about: "x".repeat(165), password: s } }),
    candidate: json({}),
  }),
  "another type": (s) => ({ answer: json({ token: s }), candidate: json({ token: 12 }) }),
  "an error that repeats it": (s) => ({
    requestBody: json({ password: s }),
    answer: json({ error: `cannot log in with ${s}` }),
  }),
  "an error page that repeats it": (s) => ({
    requestHeaders: ["Cookie", `cart=${form(s)}`],
    answer: `<p>no cart ${markup(s)} here</p>`,
    candidate: "<p>fine</p>",
  }),
  "a name of a member": (s) => ({ requestBody: json({ token: s }), answer: json({ sessions: { [s]: 1 } }) }),
};

/** Where a secret goes that gives itself away. */
const ANYWHERE: Readonly<Record<string, (secret: string) => Places>> = {
  "a header field": (s) => ({ answerHeaders: ["X-Note", s.replaceAll("\n", " ")] }),
  "a query": (s) => ({ target: `/find?q=${form(s)}` }),
  "a path": (s) => ({ target: `/people/${form(s)}/orders` }),
  "a string": (s) => ({ answer: json({ list: [{ note: `it is ${s}, I think` }] }) }),
  "a name": (s) => ({ answer: json({ byId: { [s]: true } }), candidate: json({ byId: {} }) }),
  text: (s) => ({ answer: `Hello,\nyours is ${s}.\n`, candidate: "Hello" }),
  HTML: (s) => ({ answer: `<ul><li>${s}</li></ul>`, candidate: "<ul><li>none</li></ul>" }),
  "a form field": (s) => ({ requestBody: `a=1&note=${form(s)}` }),
  base64: (s) => ({ answer: json({ blob: base64(`note: ${s}`) }) }),
  multipart: (s) => ({
    requestBody: `--X\r\nContent-Disposition: form-data; name="note"\r\n\r\nsee ${s} there\r\n--X--\r\n`,
  }),
};

function sampleOf(places: Places): Sample {
  const answered = (body: string | Buffer): Observation => {
    const bytes = Buffer.from(body);
    const headers = ["Content-Type", typeOf(body), ...(places.answerHeaders ?? [])];
    const captured = { bytes, length: bytes.length, sha256: null };
    return { kind: "answered", status: 200, headers, body: captured, durationMs: 1, version: null };
  };
  const primary = answered(places.answer ?? "{}");
  const candidate = answered(places.candidate ?? places.answer ?? "{}");
  return {
    id: "1",
    key: evidenceKey(),
    at: 0,
    request: {
      method: "POST",
      target: places.target ?? "/orders",
      headers: places.requestHeaders ?? [],
      body: Buffer.from(places.requestBody ?? ""),
    },
    primary,
    candidate,
    comparison: compare(primary, candidate, DEFAULT_RULES, 0),
  };
}

function typeOf(body: string | Buffer): string {
  const text = body.toString();
  if (text.startsWith("<?xml") || text.startsWith("<a") || text.startsWith("<login"))
    return "application/xml";
  if (text.startsWith("<")) return "text/html";
  return text.startsWith("{") || Buffer.isBuffer(body) ? "application/json" : "text/plain";
}

/** All that of a sample gets onto a disk, with every encoding in it undone a few times over. */
function everythingIn(sample: Sample): string {
  const bodies = [sample.request.body, ...[sample.primary, sample.candidate].map(bytesOf)];
  const parts = [JSON.stringify(sample), ...bodies.map(String), ...bodies.map(unzipped), ...strings(sample)];
  let layer = parts.join("\n");
  const all = [layer];
  for (let n = 0; n < 3; n++) {
    layer = undone(layer);
    all.push(layer);
  }
  return all.join("\n");
}

const bytesOf = (side: Observation) => (side.kind === "answered" ? side.body.bytes : Buffer.alloc(0));

function unzipped(bytes: Buffer): string {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString() : "";
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value, Buffer.from(value, "latin1").toString("utf8")];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

function undone(text: string): string {
  const percent = text.replace(/(?:%[\da-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString(),
  );
  const blobs = [...text.matchAll(/[A-Za-z\d+/_-]{8,}={0,2}/g)].map(([run]) =>
    Buffer.from(run, "base64").toString(),
  );
  const json = text.replace(/\\(?:u([\da-f]{4})|(.))/gi, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (ESCAPED[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const html = text.replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  return [percent, percent.replaceAll("+", " "), json, html, ...blobs].join("\n");
}

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

const isThere = (sample: Sample, secret: string) => {
  const everything = everythingIn(sample);
  return [secret, secret.replaceAll("\n", " "), secret.replaceAll(" ", "+")].some((each) =>
    everything.includes(each),
  );
};

describe("a redacted sample", () => {
  const redact = redactor(DEFAULT_REDACTION, KEY);
  const left = (secrets: readonly string[], plant: (secret: string) => Places) =>
    secrets.filter((secret) => isThere(redact.sample(sampleOf(plant(secret))), secret));
  const notPlanted = (secrets: readonly string[], plant: (secret: string) => Places) =>
    secrets.filter((secret) => !isThere(sampleOf(plant(secret)), secret));

  it.each(Object.entries(NAMED))("holds no secret that was in %s", (place, plant) => {
    // A header field cannot hold line breaks.
    const secrets = [...OPAQUE, ...SPEAKING].filter(
      (each) => !place.includes("header") || !/[\n\t]/.test(each),
    );
    expect(notPlanted(secrets, plant)).toEqual([]);
    expect(left(secrets, plant)).toEqual([]);
  });

  it.each(Object.entries(ANYWHERE))("holds nothing in %s that gives itself away", (_, plant) => {
    expect(notPlanted(SPEAKING, plant)).toEqual([]);
    expect(left(SPEAKING, plant)).toEqual([]);
  });

  it("holds no secret, whatever it is and wherever it was", () => {
    const secret = fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 40 }).filter(isSecretEnough);
    const places = fc.constantFrom(...Object.keys(NAMED).filter((place) => !place.includes("header")));
    fc.assert(
      fc.property(secret, places, (secret, place) => {
        expect(left([secret], NAMED[place]!)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

/** Not one character again and again, which is found in anything; and with no space at its ends, which no field keeps. */
const isSecretEnough = (text: string) => new Set(text).size >= 6 && text.trim() === text;
