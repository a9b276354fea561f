import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startStack, type Stack } from "../support/stack.ts";
import { workFolder } from "../unit/cli/run-banyan.ts";

const CREDENTIALS = { AWS_ACCESS_KEY_ID: "AKIAINVENTED", AWS_SECRET_ACCESS_KEY: "invented-secret" };
/** A shell in which nobody signs in to AWS. */
const NOBODY = {
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  AWS_EC2_METADATA_DISABLED: "true",
  HOME: "/nowhere",
};
const route = (qualifier: string, name = "get-order") =>
  `  one: { match: { method: GET, path: "/api/orders/{id}" }, function: { lambda: ${name}, qualifier: ${qualifier} } }`;

const findings = z.array(
  z.object({ name: z.string(), outcome: z.string(), says: z.string(), next: z.string().nullable() }),
);

let stack: Stack;
beforeAll(async () => void (stack = await startStack(route("live"))), 120_000);
afterAll(() => stack.close());

/** Runs `banyan doctor --json` in a folder of its own. */
async function doctor(
  routes: string,
  {
    legacy = stack.legacy.url,
    lambda = stack.functions.url,
    env = {},
    prepare = (_folder: string): void => undefined,
  }: {
    legacy?: string;
    /** Null for none in routes.yaml. */
    lambda?: string | null;
    env?: Readonly<Record<string, string>>;
    prepare?: (folder: string) => void;
  } = {},
) {
  const text = `version: 1\nlegacy: { url: "${legacy}" }\n${lambda === null ? "" : `aws: { endpoint: "${lambda}" }`}\nroutes:\n${routes}\n`;
  using work = workFolder(text, {
    PORT: "0",
    ADMIN_PORT: String(stack.gateway.adminPort),
    ...CREDENTIALS,
    ...env,
  });
  prepare(work.folder);
  const { envelope, exitCode } = await work.json("doctor");
  const all = findings.parse(envelope.data?.["findings"]);
  const bad = all.filter(({ outcome }) => outcome !== "ok").map(({ name, outcome }) => `${name}: ${outcome}`);
  return { envelope, exitCode, all, bad, text: JSON.stringify(envelope) };
}

describe("banyan doctor", { timeout: 120_000 }, () => {
  it("finds nothing missing where all is there, and shows no secret", async () => {
    const { exitCode, all, bad, text } = await doctor(route("live"));
    // How many files a process may have is up to the machine.
    expect(bad.filter((name) => !name.startsWith("open files"))).toEqual([]);
    expect(exitCode).toBe(0);
    const said = (name: string) => all.find((one) => one.name === name)?.says;
    expect(said("function get-order:live")).toBe("may be invoked");
    expect(said("legacy")).toMatch(/answers \d+ in \d+ ms, and keeps connections open$/);
    expect(said("gateway")).toMatch(/^runs at /);
    expect(said("credentials")).toBe(
      `not needed here: the gateway that runs asks ${stack.functions.url} for functions`,
    );
    expect(said("clock")).toBe("agrees with AWS");
    expect(text).not.toContain("AKIAINVENTED");
    expect(text).not.toContain("invented-secret");
    expect(stack.functions.invocations("get-order")["get-order"]?.count).toBe(0);
  });

  it("needs nothing of this shell beside a gateway that asks this machine for functions, as the demo's does", async () => {
    const { exitCode, all } = await doctor(route("live"), { lambda: null, env: NOBODY });
    const aws = all.filter(({ name }) => /^(credentials|clock|function)/.test(name));
    expect(aws.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      "credentials: ok",
      "clock: ok",
      "function get-order:live: ok",
    ]);
    expect(exitCode).toBe(0);
  });

  it("looks for credentials where no gateway runs, and shows none", async () => {
    const { all, text } = await doctor(route("live"), { env: { ADMIN_PORT: "0" } });
    expect(all.find(({ name }) => name === "credentials")?.says).toBe("found (env vars)");
    expect(text).not.toContain("AKIAINVENTED");
    expect(text).not.toContain("invented-secret");
  });

  it("ends with 1 where something is wrong, and says what to do about each", async () => {
    const { envelope, exitCode, all, bad } = await doctor(route("nobody"), {
      env: { ADMIN_PORT: "1", ADMIN_HOST: "0.0.0.0" },
      prepare: (folder) => {
        mkdirSync(join(folder, ".banyan"));
        writeFileSync(join(folder, ".banyan/audit.ndjson"), "{}\n");
      },
    });
    expect(exitCode).toBe(1);
    expect(bad).toEqual(
      expect.arrayContaining(["audit log: wrong", "operators: note", "function get-order:nobody: wrong"]),
    );
    expect(all.filter(({ outcome, next }) => outcome !== "ok" && next === null)).toEqual([]);
    expect(envelope.problems.map(({ message }) => message)).toContain(
      "function get-order:nobody: there is no such function or alias",
    );
  });

  it("ends with 4 where something does not answer, and with 1 without credentials", async () => {
    const down = await doctor(route("live"), { legacy: "http://127.0.0.1:9" });
    expect([down.exitCode, down.bad.filter((name) => name.startsWith("legacy"))]).toEqual([
      4,
      ["legacy: unreachable"],
    ]);
    const gone = await doctor(route("live"), { lambda: "http://127.0.0.1:9", env: { ADMIN_PORT: "0" } });
    expect(gone.bad).toEqual(
      expect.arrayContaining(["clock: unreachable", "function get-order:live: unreachable"]),
    );
    const nobody = await doctor(route("live"), { env: { ...NOBODY, ADMIN_PORT: "0" } });
    expect([nobody.exitCode, nobody.bad.includes("credentials: wrong")]).toEqual([1, true]);
  });

  it("sees a wrong clock, and a role that may not invoke", async () => {
    const server = createServer((req, res) => {
      req.resume();
      res.setHeader("date", "Mon, 01 Jan 2001 00:00:00 GMT");
      res.setHeader("x-amzn-errortype", "AccessDeniedException");
      res.writeHead(403, { "content-type": "application/json" }).end('{"Message":"no"}');
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const lambda = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { bad, all } = await doctor(route("live"), { lambda, env: { ADMIN_PORT: "0" } });
    server.close();
    server.closeAllConnections();
    expect(bad).toEqual(expect.arrayContaining(["clock: wrong", "function get-order:live: wrong"]));
    expect(all.find(({ name }) => name.startsWith("function"))?.next).toContain("banyan iam");
  });

  it("says how to begin where there is no routes.yaml", async () => {
    const { exitCode, all } = await doctor("", { prepare: (folder) => rmSync(join(folder, "routes.yaml")) });
    expect(exitCode).toBe(1);
    expect(all.find(({ name }) => name === "routes.yaml")).toMatchObject({
      outcome: "wrong",
      next: "banyan init",
    });
  });
});
