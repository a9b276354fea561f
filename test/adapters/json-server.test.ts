import { isUtf8 } from "node:buffer";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStack, type Stack } from "../support/stack.ts";
import { ask, differences, type Answer } from "./answers.ts";
import { jsonServerApp } from "./apps/json-server-app.ts";
import { EVERYTHING, READING, RESET, revalidations, WRITING } from "./json-server-requests.ts";
import { served, type NativeServer } from "./native-servers.ts";
import type { TestRequest } from "./request.ts";

let stack: Stack;
let native: NativeServer;
beforeAll(async () => {
  const routes = ["json-server", "json-server-text"].flatMap((name) =>
    ["/", "/{rest*}"].map(
      (path, i) => `  ${name}-${i}:
    match: { host: ${name}.example, path: "${path}" }
    function: { lambda: ${name} }
    stage: retired`,
    ),
  );
  stack = await startStack(routes.join("\n"), "", join(import.meta.dirname, "functions"));
  native = await served(createServer(jsonServerApp()));
});
afterAll(async () => {
  await stack.close();
  await native.close();
});

/** The answers of both sides to each request, in order, from equal databases. */
async function bothAnswer(requests: readonly TestRequest[], functionName: string) {
  const host = `${functionName}.example`;
  const both = async (request: TestRequest) =>
    [await ask(native.port, request, host), await ask(stack.port, request, host)] as const;
  await both(RESET);
  const [left, right] = await both(EVERYTHING);
  expect(left.body).toBe(right.body);
  const answers = new Map<string, readonly [Answer, Answer]>();
  for (const request of requests) answers.set(request.name, await both(request));
  expect(answers.size).toBe(requests.length);
  return answers;
}

/** Where the two differ, by the requests' names; those that do not are left out. */
function differing(answers: ReadonlyMap<string, readonly [Answer, Answer]>): Record<string, string[]> {
  const places = [...answers].map(([name, pair]) => [name, differences(...pair)] as const);
  return Object.fromEntries(places.filter(([, differs]) => differs.length > 0));
}

describe("json-server in a function", () => {
  it("answers every reading request as it does by itself", async () => {
    const answers = await bothAnswer(READING, "json-server");
    expect(differing(answers)).toEqual({});
    expect(answers.size + WRITING.length).toBeGreaterThanOrEqual(80);
  });

  it("says what has not been modified", async () => {
    const answers = await bothAnswer(READING, "json-server");
    const again = revalidations((name) => answers.get(name)![0].fields.get("etag")!);
    const revalidated = await bothAnswer(again, "json-server");
    const fresh = [...revalidated].filter(([, [{ status }]]) => status === 304).map(([name]) => name);
    expect(fresh).toHaveLength(again.length / 2);
    expect(differing(revalidated)).toEqual({});
  });

  it("writes what it writes by itself", async () => {
    const answers = await bothAnswer(WRITING, "json-server");
    expect(differing(answers)).toEqual({});
    expect(answers.get("everything after")![0].body).toContain("Neu:");
  });

  it("is damaged without binary mode, in what is no text and nowhere else", async () => {
    const answers = await bothAnswer(READING, "json-server-text");
    const binary = [
      "GET /favicon.ico",
      "icon, gzip",
      "icon, some bytes",
      "index, gzip",
      "posts, gzip",
      "script, gzip",
      "style, gzip",
    ];
    const noText = [...answers].filter(([, [{ body }]]) => !isUtf8(Buffer.from(body, "latin1")));
    expect(noText.map(([name]) => name).sort()).toEqual(binary);
    const damaged = Object.fromEntries(binary.map((name) => [name, ["body"]]));
    expect(differing(answers)).toEqual(damaged);
  });
});
