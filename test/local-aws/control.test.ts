import { cpSync, mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DefinitionError } from "../../local-aws/lambda/definition.ts";
import { startLocalAws } from "../../local-aws/server.ts";
import { FUNCTIONS, setUp, type Setup } from "./lambda-client.ts";

let folder: string;
let lambda: Setup;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "functions-"));
  for (const name of ["versioned", "plain"])
    cpSync(join(FUNCTIONS, name), join(folder, name), { recursive: true });
  lambda = await setUp({ functionsDir: folder });
});
afterEach(async () => {
  await lambda.end();
  rmSync(folder, { recursive: true });
});

const post = (name: string, change: unknown) =>
  fetch(`${lambda.aws.url}/local/functions/${name}`, { method: "POST", body: JSON.stringify(change) });
const deploy = (name: string, answer: string, definition: object = { handler: "handler.handler" }) => {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "function.json"), JSON.stringify(definition));
  writeFileSync(join(folder, name, "handler.mjs"), `export const handler = () => ${JSON.stringify(answer)};`);
};

describe("the control plane", () => {
  it("deploys a changed version, its settings, and functions it has not seen yet", async () => {
    expect((await lambda.invoke("versioned")).payload).toBe("two");
    deploy("versioned", "three", { handler: "handler.handler", versions: { "1": "v1", "3": "." } });
    deploy("new", "hello");
    expect((await lambda.invoke("versioned")).payload).toBe("two");
    expect((await post("versioned", { reload: true })).status).toBe(200);
    expect(await lambda.invoke("versioned", {}, { Qualifier: "live" })).toMatchObject({
      payload: "three",
      version: "3",
    });
    expect((await lambda.invoke("new")).payload).toBe("hello");
  });

  it("keeps the old one when the new function.json is wrong, and says what is", async () => {
    writeFileSync(join(folder, "versioned/function.json"), `{ "handler": "handler" }`);
    const answer = await post("versioned", { reload: true });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("handler: must be file.export");
    expect((await lambda.invoke("versioned")).payload).toBe("two");
  });

  it("lists functions and what they have run", async () => {
    await lambda.invoke("plain");
    const functions = await (await fetch(`${lambda.aws.url}/local/functions`)).json();
    expect(functions).toEqual([
      expect.objectContaining({ name: "plain", aliases: { live: "1" }, processes: 1, running: 0 }),
      expect.objectContaining({ name: "versioned", versions: ["1", "2"], processes: 0 }),
    ]);
    const ran = await (await fetch(`${lambda.aws.url}/local/invocations?function=plain`)).json();
    expect(ran).toEqual({
      plain: { count: 1, throttled: 0, invocations: [expect.objectContaining({ outcome: "ok" })] },
    });
  });

  it("kills processes", async () => {
    await lambda.invoke("plain");
    await post("plain", { killProcesses: true });
    await lambda.invoke("plain");
    const { invocations } = lambda.aws.invocations("plain")["plain"]!;
    expect(invocations.map(({ coldStart }) => coldStart)).toEqual([true, true]);
  });

  it.each([
    ["another host's name", { host: "evil.example" }],
    ["another site's page", { origin: "https://evil.example" }],
  ])("does not answer %s", async (_, headers) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${lambda.aws.url}/local/functions`, { headers }, (res) => resolve(res.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it.each([
    [{ aliases: { live: "1" } }, "aliases"],
    [{ reservedConcurrency: -1 }, "reservedConcurrency"],
    [{ fail: { status: 200 } }, "fail"],
  ])("refuses the change %j", async (change, mentioned) => {
    const answer = await post("plain", change);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(mentioned);
  });
});

describe("an injected failure", () => {
  it("is a typed error, so many times", async () => {
    await post("plain", { fail: { status: 500, type: "ServiceException", times: 2 } });
    for (let n = 0; n < 2; n += 1) {
      await expect(lambda.invoke("plain")).rejects.toMatchObject({
        name: "ServiceException",
        $metadata: { httpStatusCode: 500 },
      });
    }
    expect((await lambda.invoke("plain")).payload).toBe("plain");
    expect(lambda.aws.invocations("plain")["plain"]!.count).toBe(1);
  });

  it("is an untyped one, in HTML as a load balancer writes it", async () => {
    await post("plain", { fail: { status: 503, message: "Service Unavailable" } });
    const bare = await fetch(`${lambda.aws.url}/2015-03-31/functions/plain/invocations`, {
      method: "POST",
      headers: { authorization: "any" },
    });
    expect([bare.status, bare.headers.get("x-amzn-errortype")]).toEqual([503, null]);
    expect(await bare.text()).toContain("<h1>Service Unavailable</h1>");
    await post("plain", { fail: { status: 503 } });
    const error: unknown = await lambda.invoke("plain").catch((error: unknown) => error);
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(error).not.toMatchObject({ name: "ServiceException" });
  });

  it("is a throttle with any reason", async () => {
    await post("plain", {
      fail: { status: 429, type: "TooManyRequestsException", reason: "CallerRateLimitExceeded" },
    });
    await expect(lambda.invoke("plain")).rejects.toMatchObject({
      name: "TooManyRequestsException",
      Reason: "CallerRateLimitExceeded",
    });
  });

  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("is a connection reset %s the function ran", async (reset, runs) => {
    await post("plain", { fail: { reset } });
    await expect(lambda.invoke("plain")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(lambda.aws.invocations("plain")["plain"]!.count).toBe(runs);
  });

  it("is a connection reset in the middle of the answer", async () => {
    await post("plain", { fail: { reset: "halfway" } });
    await expect(lambda.invoke("plain")).rejects.toMatchObject({ $metadata: { httpStatusCode: 200 } });
    await post("plain", { fail: { reset: "halfway" } });
    const events = await lambda.stream("plain");
    const { value } = await events.next();
    expect(Buffer.from(value?.PayloadChunk?.Payload ?? []).toString()).toBe('"pl');
    await expect(events.next()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(lambda.aws.invocations("plain")["plain"]!.count).toBe(2);
  });
});

describe("a folder of functions", () => {
  const problems = async () => {
    const error: unknown = await startLocalAws({ port: 0, functionsDir: folder }).catch(
      (error: unknown) => error,
    );
    if (!(error instanceof DefinitionError)) throw error;
    return error.message.split("\n");
  };

  it("with mistakes is refused, all of them at once", async () => {
    deploy("plain", "", {
      handler: "handler.handler",
      versions: { "1": ".", "2": "v2" },
      aliases: { live: "3" },
    });
    deploy("versioned", "", { handler: "../handler.ts", timeoutS: 0, memory: 128 });
    const at = (name: string) => `${join(folder, name, "function.json")}: `;
    expect(await problems()).toEqual([
      `${at("plain")}aliases.live: there is no version 3 in versions`,
      `${at("plain")}versions.2: no handler.(js|mjs|cjs|ts) in ${join(folder, "plain/v2")}`,
      expect.stringContaining(`${at("versioned")}handler: must be file.export`),
      expect.stringContaining(`${at("versioned")}timeoutS: `),
      expect.stringContaining(`${at("versioned")}the file: Unrecognized key: "memory"`),
    ]);
  });

  it("with a function.json that is no JSON is refused", async () => {
    writeFileSync(join(folder, "plain/function.json"), "{,}");
    expect((await problems())[0]).toContain(join(folder, "plain/function.json"));
  });

  it("that is not there is refused", async () => {
    rmSync(folder, { recursive: true });
    expect(await problems()).toEqual([
      `${folder} does not exist: set FUNCTIONS_DIR to the folder of your functions.`,
    ]);
    mkdirSync(folder);
  });
});
