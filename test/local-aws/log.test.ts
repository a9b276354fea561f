import { afterAll, beforeAll, expect, it } from "vitest";
import { setUp, type Setup } from "./lambda-client.ts";

let lambda: Setup;
beforeAll(async () => {
  lambda = await setUp();
});
afterAll(() => lambda.end());

const REPORT =
  /^REPORT RequestId: (?<id>[0-9a-f-]{36})\tDuration: (?<ran>[\d.]+) ms\tBilled Duration: (?<billed>\d+) ms\tMemory Size: 256 MB\tMax Memory Used: (?<used>\d+) MB\t(?:Init Duration: (?<init>[\d.]+) ms\t)?$/m;

it("a cold start reports and bills its init time; the warm call after it has none", async () => {
  const cold = REPORT.exec((await lambda.invoke("plain")).log)!.groups!;
  expect(Number(cold["billed"])).toBe(Math.ceil(Number(cold["ran"]) + Number(cold["init"])));
  expect(Number(cold["used"])).toBeGreaterThan(10);
  const warm = REPORT.exec((await lambda.invoke("plain")).log)!.groups!;
  expect(warm["init"]).toBeUndefined();
  expect(lambda.aws.invocations("plain")["plain"]!.invocations).toMatchObject([
    { coldStart: true, outcome: "ok", version: "$LATEST", requestId: cold["id"] },
    { coldStart: false, outcome: "ok", version: "$LATEST", requestId: warm["id"] },
  ]);
});

it("the tail holds what this invocation printed, and nothing of the one before", async () => {
  await lambda.invoke("does", { do: "print", text: "before" });
  const { log } = await lambda.invoke("does", { do: "print", text: "line 1\nline 2" });
  expect(log.split("\n")).toEqual([
    expect.stringMatching(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/),
    expect.stringMatching(/^\S+\t[0-9a-f-]{36}\tINFO\tline 1$/),
    "line 2",
    "to stderr",
    expect.stringMatching(/^END RequestId: [0-9a-f-]{36}$/),
    expect.stringMatching(REPORT),
    "",
  ]);
});

it("the tail is the last 4 KB", async () => {
  const { log } = await lambda.invoke("does", { do: "print", text: `${"a".repeat(10_000)}the end` });
  expect(Buffer.byteLength(log)).toBe(4096);
  expect(log).toMatch(/^a+the end\nto stderr\nEND /);
});

it("is only in the answer when it was asked for", async () => {
  expect((await lambda.invoke("plain", {}, { LogType: "None" })).log).toBe("");
});

it("is kept for each function, bounded", async () => {
  for (let n = 0; n < 4; n += 1) await lambda.invoke("does", { do: "print", text: "x".repeat(100_000) });
  expect(Buffer.byteLength(lambda.aws.logs("does"))).toBe(262_144);
  const served = await fetch(`${lambda.aws.url}/local/logs/does`);
  expect(await served.text()).toBe(lambda.aws.logs("does"));
});
