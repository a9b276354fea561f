import { expect, test } from "vitest";
import { nearest } from "../../../gateway/config/did-you-mean.ts";
import { durationMs } from "../../../gateway/config/duration.ts";
import { isAddressRange, isHostPattern, isHttpUrl } from "../../../gateway/config/network.ts";
import { parseStickySource } from "../../../gateway/config/sticky-source.ts";

test.each([
  ["250ms", 250],
  ["3s", 3000],
  ["1.5s", 1500],
  ["5m", 300_000],
  ["24h", 86_400_000],
  ["25h", null],
  ["0s", null],
  ["0.1ms", null],
  ["3", null],
  ["3 s", null],
  ["-3s", null],
  ["1e3s", null],
  ["3S", null],
  ["9".repeat(400) + "s", null],
])("%s is %s ms", (text, ms) => expect(durationMs(text)).toBe(ms));

test.each([
  ["address", { from: "address" }],
  ["header:X-User", { from: "header", name: "x-user" }],
  ["cookie:SID", { from: "cookie", name: "SID" }],
  ["query:a b", { from: "query", name: "a b" }],
  ["param:id", { from: "param", name: "id" }],
  ["new-cookie:banyan", { from: "new-cookie", name: "banyan" }],
  ["header:", null],
  ["header:a b", null],
  ["cookie:a;b", null],
  ["body:x", null],
  ["address:x", null],
  ["", null],
])("%s is the source %j", (text, source) => expect(parseStickySource(text)).toEqual(source));

test.each([
  ["127.0.0.1", true],
  ["10.0.0.0/8", true],
  ["::1", true],
  ["fd00::/8", true],
  ["10.0.0.0/33", false],
  ["::/129", false],
  ["10.0.0.0/", false],
  ["10.0.0.0/-1", false],
  ["10.0.0", false],
  ["fe80::1%eth0", false],
  ["example.com", false],
])("%s is an address range: %s", (text, is) => expect(isAddressRange(text)).toBe(is));

test.each([
  ["shop.example.com", true],
  ["*.example.com", true],
  ["localhost", true],
  ["shop:8080", false],
  ["*", false],
  ["a.*.com", false],
  ["a..b", false],
  ["example.com.", false],
  ["exämple.com", false],
  ["a".repeat(64), false],
])("%s is a host pattern: %s", (text, is) => expect(isHostPattern(text)).toBe(is));

test.each([
  ["http://127.0.0.1:3000", true],
  ["HTTPS://h", true],
  ["ftp://h", false],
  ["127.0.0.1:3000", false],
  ["http://", false],
  ["http://h:99999", false],
])("%s is an http URL: %s", (text, is) => expect(isHttpUrl(text)).toBe(is));

test.each([
  ["shadwo", "shadow"],
  ["Legacy", "legacy"],
  ["cannary", "canary"],
  ["production", null],
  ["x", null],
  ["x".repeat(100_000), null],
])("%.20s is meant to be %s", (word, meant) => {
  expect(nearest(word, ["legacy", "shadow", "canary", "cutover", "retired"])).toBe(meant);
});
