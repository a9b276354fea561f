import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROUTES } from "../unit/admin/fake-parts.ts";
import { workFolder } from "../unit/cli/run-banyan.ts";
import { containing, matching } from "../unit/cli/text-matchers.ts";

const folders: Disposable[] = [];
afterAll(() => folders.forEach((folder) => folder[Symbol.dispose]()));

function aFolder(routes = ROUTES, env: Record<string, string> = {}) {
  const folder = workFolder(routes, env);
  folders.push(folder);
  return folder;
}

describe.concurrent("banyan without a gateway", () => {
  it("moves a route up and down the ladder in the flag file, and says so on stderr", async () => {
    const { banyan, json, folder } = aFolder();
    const flipped = await banyan(
      "flip",
      "get-order",
      "canary",
      "--percent",
      "25",
      "--reason",
      "why not",
      "--force",
    );
    expect(flipped).toMatchObject({
      exitCode: 0,
      stdout:
        "get-order  shadow  →  canary 25 %\nget-order: 25 % of its clients move to the function\nget-order: too little is known: no pair was compared; no pair to judge by\nflags none → 1\n",
    });
    expect(flipped.stderr).toContain("no gateway answers at http://127.0.0.1:1");
    expect(flipped.stderr).toContain("working on routes.yaml and .banyan/flags.yaml");
    expect(readFileSync(join(folder, ".banyan/flags.yaml"), "utf8")).toMatch(/by: \S+@\S+\nreason: why not/);

    expect((await banyan("promote", "get-order", "--force")).stdout).toContain("canary 25 %  →  cutover");
    expect((await banyan("rollback", "get-order", "--percent", "5")).stdout).toContain(
      "cutover  →  canary 5 %",
    );
    expect((await json("rollback", "--all")).envelope).toMatchObject({
      ok: true,
      data: { version: "4", moves: [{ route: "get-order", to: { stage: "shadow" } }] },
    });
  });

  it("pulls the kill switch, twice without harm, and puts it back", async () => {
    const { banyan, json } = aFolder();
    expect((await banyan("kill")).stdout).toBe(
      "the kill switch is on: everything goes to legacy (flags 1)\n",
    );
    expect(await banyan("kill")).toMatchObject({
      exitCode: 0,
      stdout: "the kill switch was already on (flags 1)\n",
    });
    expect((await banyan("status")).stdout).toContain("KILL SWITCH ON");
    expect((await json("kill", "--off", "--reason", "fixed")).envelope.data).toMatchObject({ killed: false });
  });

  it("explains who would answer", async () => {
    const { banyan, json } = aFolder();
    const text = await banyan("explain", "GET", "/api/orders/1", "-H", "x-user-id: alice", "-H", "a: b");
    expect(text.stdout).toMatch(/answered by +legacy\n +because +in stage shadow/);
    const { envelope } = await json("explain", "DELETE", "/api/orders");
    expect(envelope.data).toMatchObject({ route: null, nearMisses: [{ id: "create-order" }] });
  });

  it("shows where routes stand", async () => {
    const { banyan } = aFolder();
    expect((await banyan("status")).stdout).toMatch(
      /get-order +shadow +routes\.yaml +GET \/api\/orders\/\{id\}/,
    );
    expect((await banyan("status", "create-order")).stdout).toMatch(/function +create-order:7/);
  });

  it("says that a dry run wrote nothing, and writes nothing", async () => {
    const { banyan } = aFolder();
    const dry = await banyan("flip", "any-order", "shadow", "--reason", "x", "-n");
    expect(dry).toMatchObject({ exitCode: 0 });
    expect(dry.stdout).toContain("nothing was written (flags none)");
    expect((await banyan("status")).stdout).toContain("flags none");
  });

  it("accepts a difference in routes.yaml, or leaves the file as it is", async () => {
    const { banyan, folder } = aFolder();
    const file = () => readFileSync(join(folder, "routes.yaml"), "utf8");
    const accept = (...more: string[]) =>
      banyan("diffs", "get-order", "--accept", "rounding: #12", "--owner", "me", ...more);
    expect(await accept("--at", "body/total", "--until", "2027-01-31")).toMatchObject({ exitCode: 0 });
    const entry = '- { at: body/total, owner: me, reason: "rounding: #12", until: 2027-01-31 }';
    expect(file()).toContain(entry);
    const before = file();
    for (const [more, says] of [
      [["--at", "body/total"], "needs a route, --at and --until"],
      [["--at", "$.total", "--until", "2027-01-31"], "stays as it is: a place is status"],
      [["--at", "body/total", "--until", "soon"], "stays as it is: write a day"],
    ] as const) {
      const ended = await accept(...more);
      expect(ended.exitCode).toBe(2);
      expect(ended.stderr).toContain(says);
    }
    expect(file()).toBe(before);
  });

  it("uses no color off a terminal", async () => {
    const { banyan } = aFolder();
    await banyan("kill");
    const { stdout, stderr } = await banyan("status");
    expect(stdout + stderr).not.toContain("\x1b");
  });
});

describe.concurrent("exit codes", () => {
  it.each([
    [["flip", "get-oder", "shadow", "--reason", "x"], 2, "did you mean get-order?", "banyan status"],
    [["flip", "get-order", "shadwo", "--reason", "x"], 2, "Did you mean shadow?", "banyan flip --help"],
    [["flip", "get-order", "canary"], 2, "--reason", "banyan flip --help"],
    [["flip", "any-order", "cutover", "--reason", "x"], 5, "skips a rung", "banyan status any-order"],
    [
      ["flip", "get-order", "canary", "--reason", "x"],
      5,
      "canary needs a percentage",
      "banyan status get-order",
    ],
    [
      ["flip", "get-order", "legacy", "--reason", "x", "--expect-version", "9"],
      5,
      "not at 9",
      "banyan status",
    ],
    [["status", "--admin", "http://127.0.0.1:1"], 4, "no gateway answers", "banyan start, or"],
    [["status", "--admin", "127.0.0.1"], 2, "--admin takes an address", null],
    [["explain", "GET", "/a/%2e%2e/b"], 2, "answers 400", "a URL is a path"],
    [["explain", "GET", "/x", "-H", "nocolon"], 2, "is no header", null],
    [["rollback"], 2, "name one route, or say --all", "banyan rollback --help"],
    [["statu"], 2, "Did you mean status?", "banyan --help"],
  ] as [string[], number, string, string | null][])("%j ends with %i", async (args, exitCode, says, next) => {
    const ended = await aFolder().banyan(...args);
    expect([ended.exitCode, ended.stdout]).toEqual([exitCode, ""]);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).toContain(next === null ? "banyan: " : `next: ${next}`);
  });

  it.each([
    [["status", "get-oder"], "status", 2, "usage"],
    [["flip", "get-order", "shadwo"], "flip", 2, "usage"],
    [["promote", "get-order"], "promote", 5, "refused"],
    [["kill", "--admin", "http://127.0.0.1:1"], "kill", 4, "unreachable"],
  ])("of %j --json are in an envelope", async (args, command, exitCode, verdict) => {
    const ended = await aFolder().json(...args);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.envelope).toMatchObject({ command, ok: false, verdict, exitCode, data: null });
    expect(ended.envelope.problems).toHaveLength(1);
  });

  it("are 2 for everything that needs a routes.yaml which is not valid", async () => {
    const { banyan } = aFolder("version: 1\nroutez: {}\n");
    for (const args of [["status"], ["kill"], ["config", "print"], ["validate"]]) {
      expect((await banyan(...args)).exitCode).toBe(2);
    }
    expect((await banyan("status")).stderr).toMatch(
      /routes\.yaml:2:1: .*\nnext: banyan validate|routes\.yaml:2:1/,
    );
  });

  it("are 2 for an environment that makes no sense", async () => {
    const { banyan } = aFolder(ROUTES, { ADMIN_PORT: "x" });
    expect(await banyan("status")).toMatchObject({
      exitCode: 2,
      stderr: containing("ADMIN_PORT"),
    });
  });

  it("are 2 when the flag file is not valid, and it stays as it is", async () => {
    const { banyan, folder } = aFolder();
    await banyan("kill");
    const file = join(folder, ".banyan/flags.yaml");
    writeFileSync(file, "version: x\n");
    expect(
      await banyan("flip", "get-order", "canary", "--percent", "5", "--reason", "r", "--force"),
    ).toMatchObject({
      exitCode: 2,
      stderr: matching(/flags\.yaml is not valid, correct it first:\n.*flags\.yaml:1:10: .*banyan doctor/s),
    });
    expect(readFileSync(file, "utf8")).toBe("version: x\n");
    expect((await banyan("status")).stdout).toContain("flags are not fresh");
  });

  it("are 0 for an emergency stop, even when the flag file is not valid", async () => {
    const { banyan, folder } = aFolder();
    mkdirSync(join(folder, ".banyan"));
    writeFileSync(join(folder, ".banyan/flags.yaml"), "version: x\n");
    expect(await banyan("kill", "get-order")).toMatchObject({
      exitCode: 0,
      stdout: containing("all of get-order goes to legacy"),
      stderr: containing("the flags could not be told"),
    });
    expect(readFileSync(join(folder, ".banyan/kill"), "utf8")).toContain("route: get-order");
    expect(await banyan("kill", "get-order", "--off")).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(folder, ".banyan/kill"))).toBe(false);
  });
});

describe.concurrent("banyan validate", () => {
  const BAD = "version: 1\nlegacy: { url: 'http://127.0.0.1:3000' }\nroutes:\n  a: { mach: {} }\n";

  it("says that a file is valid", async () => {
    const { banyan, json } = aFolder();
    expect(await banyan("validate")).toMatchObject({ exitCode: 0, stdout: "routes.yaml: valid, 4 routes\n" });
    expect((await json("validate")).envelope.data).toEqual({ file: "routes.yaml", valid: true, routes: 4 });
  });

  it("points at every problem", async () => {
    const { banyan, json } = aFolder(BAD);
    const { exitCode, stdout, stderr } = await banyan("validate");
    expect([exitCode, stderr]).toEqual([2, ""]);
    expect(stdout).toMatch(/^routes\.yaml:4:8: error: .*match/m);
    expect(stdout).toMatch(/\n +4 \| {3}a: \{ mach: \{\} \}\n/);
    expect(stdout).toMatch(/routes\.yaml: not valid, \d+ errors?\n$/);
    const { envelope } = await json("validate");
    expect(envelope).toMatchObject({ ok: false, exitCode: 2, data: { valid: false } });
    expect(envelope.problems[0]).toMatchObject({ line: 4, rule: matching(/^BYN/) });
  });

  it.each([
    ["json", /^\{/],
    ["github", /^::error file=routes\.yaml,line=4/],
    ["sarif", /"2\.1\.0"/],
    ["gitlab", /"fingerprint"/],
  ])("writes %s", async (format, shape) => {
    const { banyan } = aFolder(BAD);
    expect(await banyan("validate", "--format", format)).toMatchObject({
      exitCode: 2,
      stdout: matching(shape),
    });
  });

  it("says which file is missing", async () => {
    const { banyan } = aFolder();
    const ended = await banyan("validate", "nowhere.yaml");
    expect(ended).toMatchObject({
      exitCode: 2,
      stdout: containing("nowhere.yaml:1:1: error: there is no"),
    });
  });
});

describe.concurrent("banyan config", () => {
  it.each([
    ["routes.schema.json", []],
    ["flags.schema.json", ["--flags"]],
  ])("prints %s of the repository", async (file, options) => {
    const { banyan } = aFolder();
    const committed: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../..", file), "utf8"));
    expect(JSON.parse((await banyan("config", "schema", ...options)).stdout)).toEqual(committed);
  });

  it("prints the file with its secrets still variables", async () => {
    const { banyan } = aFolder('version: 1\nlegacy: { url: "${LEGACY}" }\nroutes: {}\n', {
      LEGACY: "http://secret.internal:3000",
    });
    const { stdout } = await banyan("config", "print");
    expect(JSON.parse(stdout)).toMatchObject({ legacy: { url: "${LEGACY}" } });
    expect(stdout).not.toContain("secret");
  });
});

describe.concurrent("help", () => {
  it.each([[["--help"]], [["flip", "--help"]], [["config", "--help"]], [["help", "status"]]])(
    "of %j leads with examples",
    async (args) => {
      const { banyan } = aFolder();
      const { exitCode, stdout } = await banyan(...args);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Examples:\n {2}banyan /);
    },
  );

  it("is what a bare `banyan` gets, as a mistake", async () => {
    const { banyan } = aFolder();
    expect(await banyan()).toMatchObject({ exitCode: 2, stderr: containing("Usage: banyan") });
  });
});
