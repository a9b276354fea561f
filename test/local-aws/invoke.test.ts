import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { z } from "zod";
import { FUNCTIONS, setUp, type Setup } from "./lambda-client.ts";

let lambda: Setup;
beforeAll(async () => {
  lambda = await setUp({ environment: { SHOP_DB: "/shop.db", COLOUR: "grey" } });
});
afterAll(() => lambda.end());

describe("a call", () => {
  it("gives the event to the handler and its answer to the caller", async () => {
    const { status, version, error, payload } = await lambda.invoke("does", { do: "echo", text: "čau" });
    expect({ status, version, error }).toEqual({ status: 200, version: "$LATEST", error: undefined });
    expect(payload).toEqual({ do: "echo", text: "čau" });
  });

  it("without a payload gives an empty event", async () => {
    expect((await lambda.invoke("echoes")).payload).toEqual({});
  });

  it("runs JavaScript in a folder of its own, and handlers that are not async", async () => {
    expect((await lambda.invoke("plain")).payload).toBe("plain");
  });

  it("answers null for a handler that returns nothing", async () => {
    expect((await lambda.invoke("does", { do: "nothing" })).payload).toBeNull();
  });

  it("tells the handler who it is and how long it has", async () => {
    const { payload } = await lambda.invoke("does", { do: "context" });
    expect(payload).toMatchObject({
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:eu-central-1:000000000000:function:does",
      memoryLimitInMB: "256",
    });
    const { awsRequestId, remainingMs } = z
      .object({ awsRequestId: z.uuid(), remainingMs: z.number() })
      .parse(payload);
    expect(lambda.aws.invocations("does")["does"]!.invocations.at(-1)!.requestId).toBe(awsRequestId);
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(1000);
  });

  it("runs in Lambda's environment, not in the service's", async () => {
    process.env["SECRET_OF_THE_SERVICE"] = "do not tell";
    const { payload } = await lambda.invoke("does", { do: "environment" });
    delete process.env["SECRET_OF_THE_SERVICE"];
    const folder = join(FUNCTIONS, "does");
    expect(payload).toMatchObject({
      cwd: folder,
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: "handler.handler",
      AWS_LAMBDA_FUNCTION_NAME: "does",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/does",
      AWS_REGION: "eu-central-1",
      TZ: ":UTC",
      SHOP_DB: "/shop.db",
      COLOUR: "green",
    });
    expect(payload).not.toHaveProperty("SECRET_OF_THE_SERVICE");
  });

  it("of type DryRun runs nothing", async () => {
    const before = lambda.aws.invocations("plain")["plain"]!.count;
    expect((await lambda.invoke("plain", {}, { InvocationType: "DryRun" })).status).toBe(204);
    expect(lambda.aws.invocations("plain")["plain"]!.count).toBe(before);
  });

  it("of type Event is taken at once and runs after", async () => {
    const before = lambda.aws.invocations("plain")["plain"]!.count;
    const { status, payload } = await lambda.invoke("plain", {}, { InvocationType: "Event" });
    expect({ status, payload }).toEqual({ status: 202, payload: undefined });
    await expect.poll(() => lambda.aws.invocations("plain")["plain"]!.count).toBe(before + 1);
  });
});

const errorSchema = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()).optional(),
});

describe("a function error", () => {
  const failing = async (name: string, event?: unknown) => {
    const { status, error, payload, log } = await lambda.invoke(name, event);
    expect({ status, error }).toEqual({ status: 200, error: "Unhandled" });
    return { ...errorSchema.parse(payload), log };
  };

  it("is what the handler threw, with its trace", async () => {
    const { errorType, errorMessage, trace } = await failing("does", { do: "throw", text: "no such order" });
    expect({ errorType, errorMessage }).toEqual({ errorType: "TypeError", errorMessage: "no such order" });
    expect(trace![0]).toBe("TypeError: no such order");
  });

  it("is an answer that is no JSON", async () => {
    expect((await failing("does", { do: "bigint" })).errorType).toBe("Runtime.JSONStringifyError");
  });

  it.each([
    ["exit", "Runtime exited with error: exit status 1"],
    ["exitQuietly", "Runtime exited without providing a reason"],
    ["crash", "Runtime exited with error: signal: killed"],
  ])("is a process that ends (%s); the next call gets a new one", async (act, why) => {
    const { errorType, errorMessage, log } = await failing("does", { do: act });
    expect(errorType).toBe("Runtime.ExitError");
    expect(errorMessage).toMatch(new RegExp(`^RequestId: [0-9a-f-]{36} Error: ${why}$`));
    expect(log).toContain("Status: error\tError Type: Runtime.ExitError");
    expect((await lambda.invoke("does", { do: "process" })).payload).toMatchObject({ runs: 1 });
  });

  it.each(["hang", "spin"])(
    "is a handler that does not end in time (%s); its process is killed",
    async (act) => {
      const { errorType, errorMessage, log } = await failing("does", { do: act });
      expect(errorType).toBe("Sandbox.Timedout");
      expect(errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
      expect(log).toMatch(/REPORT .*\tDuration: 1000\.00 ms\t.*Status: timeout\t/);
      expect((await lambda.invoke("does", { do: "process" })).payload).toMatchObject({ runs: 1 });
    },
  );

  it.each([
    ["throws-at-load", "RangeError", "no SETTINGS"],
    ["missing-import", "Runtime.ImportModuleError", "Cannot find module './nowhere.cjs'"],
    ["missing-export", "Runtime.HandlerNotFound", "handler.other is undefined or not exported"],
    ["exits-at-load", "Runtime.ExitError", "Runtime exited with error: exit status 7"],
    ["callback", "Runtime.CallbackHandlerDeprecated", "has removed support for callback-based"],
  ])("is a function that cannot start (%s)", async (name, type, message) => {
    const { errorType, errorMessage } = await failing(name);
    expect(errorType).toBe(type);
    expect(errorMessage).toContain(message);
  });

  it("is an answer of more than 6,291,556 bytes, and the process goes on", async () => {
    const quotes = 2;
    const largest = { do: "big", bytes: 6_291_556 - quotes };
    expect((await lambda.invoke("does", largest)).error).toBeUndefined();
    const { errorType } = await failing("does", { ...largest, bytes: largest.bytes + 1 });
    expect(errorType).toBe("Function.ResponseSizeTooLarge");
    const runs = lambda.aws.invocations("does")["does"]!.invocations;
    expect(runs.at(-1)).toMatchObject({ coldStart: false, outcome: "Function.ResponseSizeTooLarge" });
  });
});

describe("a call is refused", () => {
  const send = (headers: Record<string, string>, body: string) =>
    fetch(`${lambda.aws.url}/2015-03-31/functions/does/invocations`, { method: "POST", headers, body });

  it("for a function that is not there", async () => {
    await expect(lambda.invoke("nobody")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Function not found: arn:aws:lambda:eu-central-1:000000000000:function:nobody",
      $metadata: { httpStatusCode: 404 },
    });
  });

  it("for an event of more than 6 MB, which may be sent to its end", async () => {
    const quotes = 2;
    const text = "x".repeat(6_291_456 - quotes);
    expect((await lambda.invoke("plain", text)).payload).toBe("plain");
    await expect(lambda.invoke("plain", `${text}x`)).rejects.toMatchObject({
      name: "RequestTooLargeException",
      $metadata: { httpStatusCode: 413 },
    });
  });

  it("for an event that is no JSON", async () => {
    await expect(lambda.invoke("plain", {}, { Payload: "{" })).rejects.toMatchObject({
      name: "InvalidRequestContentException",
      message:
        "Could not parse request body into json: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("for an invocation type nobody knows", async () => {
    const answer = await send({ authorization: "any", "x-amz-invocation-type": "Later" }, "{}");
    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-amzn-errortype")).toBe("InvalidParameterValueException");
  });

  it("without a signature", async () => {
    const answer = await send({}, "{}");
    expect(answer.status).toBe(403);
    expect(answer.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
  });

  it("for an operation this service has not", async () => {
    const answer = await fetch(`${lambda.aws.url}/2015-03-31/functions`, {
      headers: { authorization: "any" },
    });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("x-amzn-errortype")).toBe("UnknownOperationException");
  });
});
