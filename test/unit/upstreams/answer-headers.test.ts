import { expect, it } from "vitest";
import { withAnswerHeaders } from "../../../gateway/upstreams/answer-headers.ts";
import type { Upstream } from "../../../gateway/upstreams/upstream.ts";
import { aRequest } from "../../support/requests.ts";

const headers = [
  "X-Powered-By",
  "x",
  "Location",
  "https://f.on.aws/a",
  "set-cookie",
  "a=1",
  "Set-Cookie",
  "b=2",
];
const upstream: Upstream = {
  name: "f",
  send: async () => ({ status: 302, reason: "", headers, body: Buffer.alloc(0) }),
};
const send = (...rules: Parameters<typeof withAnswerHeaders>[1]) =>
  withAnswerHeaders(upstream, rules)
    .send(aRequest(), { timeoutMs: 1, signal: new AbortController().signal })
    .then((answer) => answer.headers);

it("changes nothing without a rule", () => {
  expect(withAnswerHeaders(upstream, [])).toBe(upstream);
});

it("removes every field of a name, whatever its case", async () => {
  expect(await send({ kind: "remove", name: "set-cookie" })).toEqual(headers.slice(0, 4));
});

it("sets a field once, in place of all that were there", async () => {
  expect(await send({ kind: "set", name: "set-cookie", value: "c=3" })).toEqual([
    ...headers.slice(0, 4),
    "set-cookie",
    "c=3",
  ]);
});

it("replaces where a value begins so, and nowhere else", async () => {
  const replace = { kind: "replace", name: "location", to: "https://shop" } as const;
  expect((await send({ ...replace, from: "https://f.on.aws" }))[3]).toBe("https://shop/a");
  expect((await send({ ...replace, from: "http://other" }))[3]).toBe("https://f.on.aws/a");
});

it("goes by the rules in their order", async () => {
  const rules = [
    { kind: "set", name: "x-powered-by", value: "banyan" },
    { kind: "remove", name: "x-powered-by" },
  ] as const;
  expect(await send(...rules)).toEqual(headers.slice(2));
});
