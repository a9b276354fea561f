import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReport } from "../../gateway/report/json.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { MAIN } from "../unit/cli/run-banyan.ts";

const gate = "gate: { mismatches: 3, errors: 5, pairs: 100, latency: null }";
const routesWith = (qualifier: string) => `
  get-order: { match: { method: GET, path: "/api/orders/{id}" }, function: { lambda: get-order, qualifier: ${qualifier} }, stage: shadow, ${gate}, compare: { matchers: [{ at: body/generatedAt, like: timestamp }] } }
`;
const ORDERS = 260;
/** Each session side by side is an environment of the function, and a process here. */
const GENTLY = ["--without-redacted", "--concurrency", "2"];
/** An order that the defective version gets wrong. */
const DEFECTIVE = 1018;

/** The whole of it as a pipeline runs it: recorded at the gateway, sent to both sides, judged. */
describe("a corpus of the demo's own traffic", { timeout: 120_000 }, () => {
  let stack: Stack;
  let corpus: string;
  beforeAll(async () => {
    // Nothing is copied: evidence comes from the corpus alone.
    stack = await startStack(
      routesWith("live").replace("stage: shadow, ", ""),
      `mirror: { lag: 1m, perSecond: 10000 }\ndefaults: { stickyBy: ["cookie:sid"] }`,
    );
    corpus = join(stack.folder, "orders.ndjson.gz");
    const recorder = spawn(
      process.execPath,
      [MAIN, "record", "--admin", stack.adminUrl, "--out", corpus, "--count", String(ORDERS)],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const ended = once(recorder, "exit").then(([code]) => String(code));
    await once(recorder.stderr, "data");
    for (let sent = 0; recorder.exitCode === null && sent < 5 * ORDERS; sent++) {
      await (
        await fetch(`${stack.url}/api/orders/${sent % 10 === 0 ? DEFECTIVE : 1001 + sent}`, {
          headers: { cookie: `sid=${sent % 40}` },
        })
      ).text();
      if (sent >= ORDERS) await pause(5);
    }
    const code = await ended;
    if (code !== "0") throw new Error(`banyan record ended with ${code}`);
  }, 120_000);
  afterAll(() => stack.close());

  /** What the pipeline's routes.yaml says. */
  function writeConfig(routes: string): string {
    const config = join(stack.folder, "diff.yaml");
    const written = readFileSync(stack.configFile, "utf8");
    writeFileSync(config, `${written.slice(0, written.indexOf("routes:"))}routes:\n${routes}\n`);
    return config;
  }

  function banyan(routes: string, ...args: string[]) {
    const config = writeConfig(routes);
    const env = { ...process.env, BANYAN_CONFIG: config, BANYAN_DATA: stack.folder, NO_COLOR: "1" };
    return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
      const child = execFile(process.execPath, [MAIN, ...args], { env }, (_error, stdout, stderr) =>
        done({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  it("refuses the defective function, at the field that it gets wrong, with every report written", async () => {
    const out = (name: string) => join(stack.folder, name);
    const reports = `json=${out("r.json")},html=${out("r.html")},junit=${out("r.xml")},markdown=${out("r.md")},sarif=${out("r.sarif")},gitlab=${out("r.gitlab.json")}`;
    const ended = await banyan(routesWith("defect"), "diff", corpus, ...GENTLY, "--report", reports);
    expect(ended.stdout).toMatch(/^get-order {2}shadow → canary +NO\n/);
    expect(ended.stdout).toContain("next: banyan diffs get-order --at body/total");
    expect(ended.code).toBe(1);
    const [route] = readReport(readFileSync(out("r.json"), "utf8")).routes;
    const counting = route!.assessment.findings.filter(({ pairs, ignoredPairs }) => pairs > ignoredPairs);
    expect(counting.map(({ at }) => at)).toEqual(["body/total"]);
    for (const name of ["r.html", "r.xml", "r.md", "r.sarif", "r.gitlab.json"])
      expect(readFileSync(out(name), "utf8")).toContain("body/total");
  });

  describe("by the ready-made pipelines", () => {
    const script = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
    const inBash = (text: string, env: Readonly<Record<string, string>>) =>
      new Promise<{ code: number; stdout: string }>((done) => {
        const options = {
          cwd: stack.folder,
          env: {
            ...process.env,
            BANYAN_DATA: stack.folder,
            NO_COLOR: "1",
            BANYAN_CONFIG: "diff.yaml",
            ...env,
          },
        };
        const child = execFile("bash", ["-e", "-o", "pipefail", "-c", text], options, (_error, stdout) =>
          done({ code: child.exitCode ?? -1, stdout }),
        );
      });
    const out = (name: string) => join(stack.folder, name);

    it("fails the job on GitHub, with annotations, summary and verdict", async () => {
      const action = parse(script("action.yml")) as { runs: { steps: { id?: string; run?: string }[] } };
      const { run } = action.runs.steps.find(({ id }) => id === "diff")!;
      writeConfig(routesWith("defect"));
      const { code, stdout } = await inBash(run!, {
        CLI: MAIN,
        CORPUS: corpus,
        CONCURRENCY: "2",
        TO: "canary",
        FAIL_ON: "regression",
        ALLOW_UNKNOWN: "false",
        // Credentials of a test user, by which the demo's endpoint does not care.
        HEADERS: "cookie: sid=tester\n\n",
        REPORTS: "reports",
        GITHUB_OUTPUT: out("github-output"),
        GITHUB_STEP_SUMMARY: out("summary.md"),
      });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^::error file=diff\.yaml,line=\d+/m);
      expect(readFileSync(out("github-output"), "utf8")).toBe("verdict=no\n");
      expect(readFileSync(out("summary.md"), "utf8")).toContain("body/total");
      expect(readFileSync(out("reports/report.sarif"), "utf8")).toContain("BYN2010");
    });

    it("lets the job pass on GitLab, with tests and code quality", async () => {
      const template = parse(script("gitlab/traffic-diff.yml")) as Record<string, { script: string[] }>;
      writeConfig(routesWith("live"));
      const { code } = await inBash(template[".banyan-traffic-diff"]!.script.join("\n"), {
        BANYAN_HOME: join(import.meta.dirname, "../.."),
        BANYAN_CORPUS: corpus,
        BANYAN_CONCURRENCY: "2",
        BANYAN_FAIL_ON: "regression",
        BANYAN_HEADER: "cookie: sid=tester",
      });
      expect(code).toBe(0);
      expect(readFileSync(out("banyan/junit.xml"), "utf8")).toContain("<testsuite ");
      expect(JSON.parse(readFileSync(out("banyan/gl-code-quality-report.json"), "utf8"))).toEqual([]);
    });
  });

  it("says which routes it reaches, and which it does not", async () => {
    const more = `  nobody: { match: { method: POST, path: /nobody }, function: { lambda: get-order }, repeatable: false }`;
    const { code, stdout } = await banyan(`${routesWith("live")}\n${more}`, "coverage", corpus);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /get-order +260 +GET 260 +200 \d+.*\nnobody +none +POST\n1 of 2 routes; 0 requests/,
    );
  });

  it("leaves out what has redacted credentials, and says what to do", async () => {
    const ended = await banyan(routesWith("live"), "diff", corpus);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(
      `${ORDERS} requests were not sent, as their credentials are redacted: give`,
    );
  });

  it("lets the mended one pass", async () => {
    const ended = await banyan(routesWith("live"), "diff", corpus, ...GENTLY);
    expect(ended.stdout).toMatch(/^get-order {2}shadow → canary +YES\n/);
    expect(ended.code).toBe(0);
  });

  it("gives two shards that merge to what one run says", async () => {
    const shard = (n: number) => join(stack.folder, `shard-${n}.json`);
    for (const n of [1, 2])
      await banyan(
        routesWith("defect"),
        "diff",
        corpus,
        ...GENTLY,
        "--shard",
        `${n}/2`,
        "--report",
        `json=${shard(n)}`,
      );
    const whole = join(stack.folder, "whole.json");
    const merged = await banyan(
      routesWith("defect"),
      "report",
      "merge",
      shard(1),
      shard(2),
      "--report",
      `json=${whole}`,
    );
    expect(merged.code).toBe(1);
    const counts = (file: string) => readReport(readFileSync(file, "utf8")).routes[0]!.evidence[0]!.counts;
    const [one, two] = [counts(shard(1)), counts(shard(2))];
    expect(counts(whole)).toMatchObject({
      compared: ORDERS,
      mismatched: one.mismatched + two.mismatched,
    });
  });

  it("is evidence for can-i-cutover once it is replayed", async () => {
    const ended = await banyan(routesWith("live"), "replay", corpus, ...GENTLY);
    expect(ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^260 requests: (?:match \d+, )?ignored \d+\n/) as unknown,
    });
    const asked = await banyan(routesWith("live"), "can-i-cutover", "get-order", "--admin", stack.adminUrl);
    expect(asked.stdout).toMatch(/^get-order {2}legacy → canary +YES\n/);
  });

  it("says so when the corpus is none", async () => {
    const none = await banyan(routesWith("live"), "diff", join(stack.folder, "routes.yaml"));
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain("corpus");
  });
});
