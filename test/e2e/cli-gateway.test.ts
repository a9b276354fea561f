import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminServer, type AdminServer } from "../../gateway/admin/server.ts";
import { StoreError, type EvidenceStore } from "../../gateway/store/evidence-store.ts";
import { fakeParts, ROUTES } from "../unit/admin/fake-parts.ts";
import { MAIN, workFolder } from "../unit/cli/run-banyan.ts";
import { containing } from "../unit/cli/text-matchers.ts";

let fake: Awaited<ReturnType<typeof fakeParts>>;
let server: AdminServer;
let work: ReturnType<typeof workFolder>;

beforeAll(async () => {
  fake = await fakeParts();
  server = await adminServer(fake.parts, { host: "127.0.0.1", port: 0 });
  // Not valid, so that nothing here can work on files by mistake.
  work = workFolder("nonsense", { ADMIN_PORT: String(server.port) });
});
afterAll(async () => {
  work[Symbol.dispose]();
  await server.close();
});

describe("banyan with a gateway", () => {
  it("flips there, signed, and sees it in the status", async () => {
    const flipped = await work.banyan(
      "flip",
      "get-order",
      "canary",
      "--percent",
      "25",
      "--reason",
      "why not",
    );
    expect(flipped).toEqual({
      exitCode: 0,
      stdout: [
        "get-order  shadow  →  canary 25 %",
        "get-order: 25 % of its clients move to the function; no requests came lately",
        "flags 1 → 2\n",
      ].join("\n"),
      stderr: "",
    });
    expect(fake.changes).toMatchObject([{ routeId: "get-order", by: containing("@") }]);
    expect((await work.banyan("status")).stdout).toMatch(
      /^flags 2 · ready\n(.*\n)*get-order +canary 25 % +0 /,
    );
  });

  it("explains, promotes, rolls back and kills there", async () => {
    const { envelope } = await work.json("explain", "GET", "/api/orders/1", "-H", "x-user-id: alice");
    expect(envelope.data).toMatchObject({ key: { value: "alice" }, breaker: "closed" });
    expect((await work.banyan("promote", "get-order")).stdout).toContain("→  cutover");
    expect((await work.banyan("rollback", "get-order")).stdout).toContain("→  shadow");
    expect((await work.banyan("rollback", "--all")).stdout).toContain("→  legacy");
    expect((await work.banyan("kill")).exitCode).toBe(0);
    expect((await work.json("kill", "--off")).envelope.data).toMatchObject({ made: true, killed: false });
  });

  it("says whether requests may be sent there", async () => {
    expect(await work.banyan("health")).toEqual({ exitCode: 0, stdout: "ready\n", stderr: "" });
    expect((await work.banyan("health", "--admin", "http://127.0.0.1:1")).exitCode).toBe(4);
  });

  it("waits for evidence that is not open yet, as right after a start", async () => {
    let asked = 0;
    const summaries: EvidenceStore["summaries"] = async (query) => {
      asked += 1;
      if (asked <= 2) throw new StoreError("not open yet", { mayPass: true });
      return fake.parts.evidence.summaries(query);
    };
    const parts = { ...fake.parts, evidence: { summaries, samples: fake.parts.evidence.samples } };
    await using opening = await adminServer(parts, { host: "127.0.0.1", port: 0 }).then((listening) => ({
      ...listening,
      [Symbol.asyncDispose]: () => listening.close(),
    }));
    const ended = await work.banyan("diffs", "get-order", "--admin", `http://127.0.0.1:${opening.port}`);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(asked).toBe(3);
  });

  it("passes its refusals on with their exit codes", async () => {
    const conflict = await work.banyan(
      "flip",
      "get-order",
      "shadow",
      "--reason",
      "x",
      "--expect-version",
      "0",
    );
    expect(conflict).toMatchObject({ exitCode: 5, stderr: containing("made by bob at noon") });
    expect(await work.banyan("status", "get-oder")).toMatchObject({
      exitCode: 2,
      stderr: containing("did you mean get-order?"),
    });
  });

  it("takes the gateway that --admin names", async () => {
    const elsewhere = workFolder("nonsense");
    try {
      const url = `http://localhost:${server.port}`;
      expect((await elsewhere.banyan("status", "--admin", url)).exitCode).toBe(0);
    } finally {
      elsewhere[Symbol.dispose]();
    }
  });

  it("watches until Ctrl-C, which is 130, and ends what it printed with an envelope", async () => {
    const child = spawn(process.execPath, [MAIN, "status", "--watch", "--json"], {
      cwd: work.folder,
      env: work.environment,
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      // Twice, so that it is seen to go on.
      printed += chunk.toString();
      if (printed.split("\n").length === 3) child.kill("SIGINT");
    });
    expect(await ended).toBe(130);
    const envelopes = printed
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(envelopes).toMatchObject([{ ok: true }, { ok: true }, { verdict: "interrupted", exitCode: 130 }]);
  });
});

describe("something else on the port", () => {
  it("is not taken for a gateway", async () => {
    const other = createServer((_req, res) => res.end("{}"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const files = workFolder(ROUTES, { ADMIN_PORT: String(port) });
    try {
      const named = await files.banyan("status", "--admin", `http://127.0.0.1:${port}`);
      expect(named).toMatchObject({
        exitCode: 4,
        stderr: containing("not the operator's side"),
      });
      const offline = await files.banyan("status");
      expect(offline).toMatchObject({
        exitCode: 0,
        stderr: containing("working on routes.yaml"),
      });
    } finally {
      files[Symbol.dispose]();
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
