import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CorpusEntry } from "../../gateway/corpus/corpus.ts";
import { readCorpus } from "../../gateway/corpus/read-corpus.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { MAIN } from "../unit/cli/run-banyan.ts";
import { containing } from "../unit/cli/text-matchers.ts";

const routes = `
  get-basket: { match: { method: GET, path: /api/basket }, function: { lambda: baskets } }
  get-product: { match: { method: GET, path: "/api/products/{sku}" }, function: { lambda: get-product }, stage: shadow }
  checkout: { match: { method: POST, path: /api/checkout }, function: { lambda: checkout }, stage: shadow, shadow: { writes: record } }
`;

async function entriesOf(path: string): Promise<CorpusEntry[]> {
  const entries: CorpusEntry[] = [];
  for await (const item of readCorpus(path)) if (item.kind === "entry") entries.push(item.entry);
  return entries;
}

describe("traffic", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack(
      routes,
      `mirror: { lag: 1m, perSecond: 10000 }\ndefaults: { stickyBy: ["cookie:basket"] }`,
    );
  });
  afterAll(() => stack.close());

  /** `banyan record` as a process of its own, once it records. */
  async function recording(...args: string[]) {
    const child = spawn(process.execPath, [MAIN, "record", "--admin", stack.adminUrl, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = once(child, "exit").then(([code]) => ({ code: code as number, stdout, stderr }));
    const began = async () => {
      while (!stderr.includes("recording into") && child.exitCode === null) await pause(20);
    };
    await began();
    return { child, ended };
  }
  const ask = async (
    path: string,
    basket: string,
    init: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) => {
    const answer = await fetch(`${stack.url}${path}`, {
      ...init,
      headers: { cookie: `basket=${basket}`, authorization: "Bearer planted-secret", ...init.headers },
    });
    await answer.text();
  };

  it("is recorded as it is, without its secrets, until Ctrl-C", async () => {
    const out = join(stack.folder, "all.ndjson.gz");
    const { child, ended } = await recording("--out", out);
    for (const sku of ["SKU-1001", "SKU-1002", "SKU-1003"]) await ask(`/api/products/${sku}`, "ada");
    await ask("/api/basket", "ada");
    await ask("/nobody/takes/this", "bob");
    // It says what it has once a second.
    await pause(1500);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 0, stdout: `5 requests in ${out}\n` });
    const entries = await entriesOf(out);
    expect(entries.map(({ route, request: { target } }) => [route, target])).toEqual([
      ["get-product", "/api/products/SKU-1001"],
      ["get-product", "/api/products/SKU-1002"],
      ["get-product", "/api/products/SKU-1003"],
      ["get-basket", "/api/basket"],
      [null, "/nobody/takes/this"],
    ]);
    expect(new Set(entries.map(({ session }) => session)).size).toBe(2);
    expect(entries[0]!.answer).toMatchObject({ status: 200, isWhole: true });
    expect(entries[0]!.answer!.body.toString()).toContain("SKU-1001");
    expect(JSON.stringify(entries)).not.toMatch(/planted-secret|"ada"|basket=ada/);
  });

  it("is recorded by route, and up to a number", async () => {
    const out = join(stack.folder, "some.ndjson");
    const { ended } = await recording("--out", out, "--route", "get-product", "--count", "2");
    await ask("/api/basket", "ada");
    for (const sku of ["SKU-1001", "SKU-1002", "SKU-1003"]) await ask(`/api/products/${sku}`, "ada");
    expect(await ended).toMatchObject({ code: 0, stdout: `2 requests in ${out}\n` });
    expect((await entriesOf(out)).map(({ route }) => route)).toEqual(["get-product", "get-product"]);
  });

  it("is not recorded over what is there, or for routes that are not", async () => {
    mkdirSync(join(stack.folder, "there.ndjson"));
    const there = await recording("--out", join(stack.folder, "there.ndjson"));
    expect(await there.ended).toMatchObject({
      code: 2,
      stderr: containing("name another file"),
    });
    const { ended } = await recording("--out", join(stack.folder, "x.ndjson"), "--route", "get-prodct");
    expect(await ended).toMatchObject({
      code: 2,
      stderr: containing("did you mean get-product?"),
    });
  });

  it("is kept where its route keeps writes in place of copying them", async () => {
    const order = JSON.stringify({ customerId: 1, lines: [{ sku: "SKU-1001", quantity: 1 }] });
    const headers = { "content-type": "application/json", "idempotency-key": "kept-1" };
    await ask("/api/checkout", "ada", { method: "POST", headers, body: order });
    const folder = join(stack.folder, "recorded");
    await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(true);
    // Readable while it is being written.
    const kept = () => entriesOf(join(folder, readdirSync(folder)[0]!));
    await expect.poll(async () => (await kept()).length, { timeout: 20_000 }).toBe(1);
    const [{ request, answer, route } = {}] = await kept();
    expect([route, request!.method, answer!.status]).toEqual(["checkout", "POST", 201]);
    expect(JSON.parse(request!.body.toString())).toEqual(JSON.parse(order));
  });
});
