import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readAll, setUp, type Setup } from "./lambda-client.ts";

const scratch = mkdtempSync(join(tmpdir(), "streaming-"));
let lambda: Setup;
beforeAll(async () => {
  lambda = await setUp();
});
afterAll(async () => {
  await lambda.end();
  rmSync(scratch, { recursive: true });
});

it("the first chunk is here before the last is written", async () => {
  const until = join(scratch, "go-on");
  const events = await lambda.stream("streams", { until });
  const first = await events.next();
  expect(Buffer.from(first.value?.PayloadChunk?.Payload ?? []).toString()).toBe("first,");
  writeFileSync(until, "");
  const { text, complete } = await readAll(events);
  expect(text).toBe("last");
  expect(complete?.ErrorCode).toBeUndefined();
  expect(Buffer.from(complete!.LogResult!, "base64").toString()).toContain("REPORT RequestId: ");
});

it("the prelude stays in the payload, eight NUL bytes before the body", async () => {
  const { text } = await readAll(await lambda.stream("streams", { prelude: { statusCode: 201 } }));
  expect(text).toBe(`{"statusCode":201}${"\0".repeat(8)}first,last`);
});

it("an error in mid-stream comes after what was written", async () => {
  const { text, complete } = await readAll(await lambda.stream("streams", { failWith: "disk gone" }));
  expect(text).toBe("first,");
  expect(complete?.ErrorCode).toBe("Unhandled");
  expect(JSON.parse(complete!.ErrorDetails!)).toMatchObject({
    errorType: "Error",
    errorMessage: "disk gone",
  });
});

it("large answers arrive whole", async () => {
  const { text, complete } = await readAll(await lambda.stream("streams", { chunks: 160 }));
  expect(text.length).toBe(160 * 65_536 + "first,last".length);
  expect(complete?.ErrorCode).toBeUndefined();
});

it("a function that cannot keep ahead of a slow reader waits for it", async () => {
  const before = lambda.aws.invocations("streams")["streams"]!.count;
  const events = await lambda.stream("streams", { chunks: 1600 });
  await events.next();
  // Long enough to write 100 MB, if anybody took them; the sockets between do not.
  await setTimeout(500);
  expect(lambda.aws.invocations("streams")["streams"]!.count).toBe(before);
  const { text } = await readAll(events);
  expect(text.length).toBeGreaterThan(1600 * 65_536);
  expect(lambda.aws.invocations("streams")["streams"]!.count).toBe(before + 1);
});

it("a function that does not stream answers in one piece", async () => {
  const { text, complete } = await readAll(await lambda.stream("does", { do: "echo", text: "whole" }));
  expect(JSON.parse(text)).toEqual({ do: "echo", text: "whole" });
  expect(complete?.ErrorCode).toBeUndefined();
});

it.each([
  ["throw", "TypeError"],
  ["exit", "Runtime.ExitError"],
  ["hang", "Sandbox.Timedout"],
])("a function that fails (%s) completes with its error", async (act, errorType) => {
  const { text, complete } = await readAll(await lambda.stream("does", { do: act, text: "no" }));
  expect(text).toBe("");
  expect(complete?.ErrorCode).toBe("Unhandled");
  expect(JSON.parse(complete!.ErrorDetails!)).toMatchObject({ errorType });
});

it("a streaming function called the buffered way answers prelude and body", async () => {
  const answer = await fetch(`${lambda.aws.url}/2015-03-31/functions/streams/invocations`, {
    method: "POST",
    headers: { authorization: "any" },
    body: JSON.stringify({ prelude: { statusCode: 201 } }),
  });
  expect(await answer.text()).toBe(`{"statusCode":201}${"\0".repeat(8)}first,last`);
});

it("a reader who leaves does not keep the function from ending", async () => {
  const { aws } = lambda;
  const before = aws.invocations("streams")["streams"]!.count;
  const events = await lambda.stream("streams", { chunks: 400 });
  await events.next();
  await events.return?.();
  lambda.client.destroy();
  await expect.poll(() => aws.invocations("streams")["streams"]!.count).toBe(before + 1);
});

it("is refused like any other call", async () => {
  await expect(lambda.stream("nobody")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
