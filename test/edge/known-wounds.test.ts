import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeContent } from "../../gateway/diff/decode.ts";

/** Wounds of other proxies and of this one's parts that no raw conversation can show: why they cannot be here. */

const ROOT = join(import.meta.dirname, "../..");
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
  packages: Record<string, { version?: string; dev?: boolean }>;
};
const production = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
const inProduction = (name: string) =>
  production.filter(([path]) => path.endsWith(`node_modules/${name}`)).map(([, { version }]) => version);
const sources = new Map(
  readdirSync(join(ROOT, "gateway"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [`gateway/${name}`, readFileSync(join(ROOT, "gateway", name), "utf8")]),
);
const filesWith = (pattern: RegExp, ...rooms: string[]) =>
  [...sources]
    .filter(([file, text]) => rooms.some((room) => file.startsWith(room)) && pattern.test(text))
    .map(([file]) => file);

describe("known wounds of dependencies", () => {
  it("CVE-2026-29057: http-proxy is not in production", () => {
    expect(inProduction("http-proxy")).toEqual([]);
  });

  it("CVE-2026-53550: js-yaml is not in production", () => {
    expect(inProduction("js-yaml")).toEqual([]);
  });

  it("CVE-2026-1525, CVE-2026-22036, CVE-2026-2229: undici is not in production, and no fetch is on the data path", () => {
    expect(inProduction("undici")).toEqual([]);
    const path = [
      "gateway/http/",
      "gateway/upstreams/http1/",
      "gateway/upstreams/http-upstream.ts",
      "gateway/gateway.ts",
    ];
    expect(filesWith(/\bfetch\(/, ...path)).toEqual([]);
  });

  it("CVE-2026-21710: headersDistinct and trailersDistinct are read nowhere", () => {
    expect(filesWith(/\.(?:headers|trailers)Distinct\b/, "gateway/")).toEqual([]);
  });

  it("CVE-2024-45296, CVE-2026-4867, CVE-2026-4926: no regular expression is made from a pattern", () => {
    expect(
      filesWith(/new RegExp\(|path-to-regexp/, "gateway/routes/", "gateway/http/", "gateway/gateway.ts"),
    ).toEqual([]);
  });

  it("http-proxy-middleware: known by the tunnel alone, so none of its answers reaches a client unguarded", () => {
    expect(filesWith(/"http-proxy-middleware"/, "gateway/")).toEqual(["gateway/upstreams/tunnel.ts"]);
  });

  it("opossum #780, #861: its AbortController is not used", () => {
    expect(filesWith(/abortController/i, "gateway/breaker/")).toEqual([]);
  });

  it("AWS SDK v3: every client of it makes one attempt", () => {
    const clients = filesWith(/new (?:Lambda|AppConfig|AppConfigData)Client\(/, "gateway/");
    expect(clients.length).toBeGreaterThan(0);
    expect(clients.filter((file) => !/maxAttempts: 1\b/.test(sources.get(file)!))).toEqual([]);
  });

  it("res.flushHeaders() re-encodes latin1: it is called nowhere on the path of a request", () => {
    expect(
      filesWith(/\w\.flushHeaders\(/, "gateway/http/", "gateway/upstreams/", "gateway/gateway.ts"),
    ).toEqual([]);
  });

  it("CSV formulas: no CSV is written", () => {
    expect(filesWith(/text\/csv|\.csv\b/, "gateway/")).toEqual([]);
  });

  it("CVE-2026-22036: no body is decompressed on the data path", () => {
    const path = [
      "gateway/http/",
      "gateway/upstreams/http1/",
      "gateway/upstreams/http-upstream.ts",
      "gateway/gateway.ts",
    ];
    expect(filesWith(/node:zlib/, ...path)).toEqual([]);
  });

  it("CVE-2026-22036: a decompression bomb is cut at the diff's cap", () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(() => decodeContent(bomb, ["gzip"])).toThrow(/more than 8388608 bytes/);
    expect(() =>
      decodeContent(
        bomb,
        Array.from({ length: 5 }, () => "gzip"),
      ),
    ).toThrow("5 codings");
  });
});
