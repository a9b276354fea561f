import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReport } from "../../gateway/report/json.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { MAIN } from "../unit/cli/run-banyan.ts";

const gate = (mismatches: number) =>
  `gate: { mismatches: ${mismatches}, errors: 5, pairs: 50, latency: null, breakerClosedFor: 1ms }`;
const order = (path: string, qualifier: string) =>
  `{ match: { method: GET, path: "${path}" }, function: { lambda: get-order, qualifier: ${qualifier} }, stage: shadow, shadow: { secondary: 0 }, ${gate(1)}, compare: { matchers: [{ at: body/generatedAt, like: timestamp }] } }`;
const routes = `
  broken-order: ${order("/api/orders/{id}", "defect")}
  get-product: { match: { method: GET, path: "/api/products/{sku}" }, function: { lambda: get-product }, stage: shadow, shadow: { secondary: 0 }, ${gate(5)} }
  quiet-order: ${order("/quiet/{id}", "live")}
`;
const PAIRS = 200;

describe("banyan can-i-cutover", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack(routes, "mirror: { lag: 1m, perSecond: 10000 }");
    const compared = async (route: string) => {
      const answer = await fetch(`${stack.adminUrl}/api/report?routes=${route}`);
      // Right after the start the store is not open yet.
      return answer.ok ? readReport(await answer.text()).routes[0]!.assessment.pairs : 0;
    };
    // Copies that a cold start keeps waiting may be dropped, so there are some more requests than are needed.
    for (
      let i = 0;
      (await compared("broken-order")) < PAIRS || (await compared("get-product")) < PAIRS;
      i += 20
    ) {
      for (let n = i; n < i + 20; n++) {
        for (const path of [
          `/api/orders/${n % 10 === 0 ? 1018 : 1001 + n}`,
          `/api/products/SKU-${1001 + (n % 60)}`,
        ])
          await (await fetch(`${stack.url}${path}`)).text();
      }
    }
  }, 120_000);
  afterAll(() => stack.close());

  const banyan = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
      const child = execFile(
        process.execPath,
        [MAIN, ...args, "--admin", stack.adminUrl],
        (_error, stdout, stderr) => done({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });

  it("says no, names the field, and what to look at", async () => {
    const { code, stdout } = await banyan("can-i-cutover", "broken-order");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^broken-order {2}shadow → canary +NO\n/);
    expect(stdout).toMatch(/✗ mismatches +\S.*\n.*\n* +body\/total {2}\d+× {2}value\n/);
    expect(stdout).toContain("next: banyan diffs broken-order --at body/total");
  });

  it("says yes, with every check", async () => {
    const { code, stdout } = await banyan("can-i-cutover", "get-product");
    expect(stdout).toMatch(/^get-product {2}shadow → canary +YES\n/);
    expect(stdout).toMatch(/✓ pairs +\d+ pairs/);
    expect(stdout).not.toMatch(/[✗?] /);
    expect(code).toBe(0);
  });

  it("says that it does not know without evidence, which only --allow-unknown and --dry-run let pass", async () => {
    expect(await banyan("can-i-cutover", "quiet-order")).toMatchObject({ code: 3 });
    expect(await banyan("can-i-cutover", "quiet-order", "--allow-unknown")).toMatchObject({ code: 0 });
    expect(await banyan("can-i-cutover", "broken-order", "--allow-unknown")).toMatchObject({ code: 1 });
    expect(await banyan("can-i-cutover", "broken-order", "--dry-run")).toMatchObject({ code: 0 });
    const twice = ["--retry-while-unknown", "2", "--retry-interval", "0"];
    const retried = await banyan("can-i-cutover", "quiet-order", ...twice);
    expect(retried.code).toBe(3);
    expect(retried.stderr.match(/asking again/g)).toHaveLength(2);
    expect(await banyan("can-i-cutover", "nobody", "--dry-run")).toMatchObject({ code: 2 });
  });

  it("is reported on in the forms that pipelines read, before a failing exit", async () => {
    const file = join(stack.folder, "reports/live.json");
    const { code, stdout } = await banyan(
      "report",
      "show",
      "broken-order",
      "--report",
      `markdown,json=${file}`,
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^## .*NO/);
    expect(stdout).toContain("body/total");
    const { source, routes: reported } = readReport(readFileSync(file, "utf8"));
    expect([source.kind, reported.map(({ route }) => route)]).toEqual(["live", ["broken-order"]]);
    expect(await banyan("report", "show", "broken-order", "--fail-on", "never")).toMatchObject({ code: 0 });
    expect(await banyan("report", "show", "nobody")).toMatchObject({ code: 2 });
  });

  it("does not know while gateways of the fleet disagree, or do not answer", async () => {
    const fleet = (urls: string) => banyan("can-i-cutover", "get-product", "--gateways", urls);
    expect(await fleet(stack.adminUrl)).toMatchObject({ code: 0 });
    const { code, stdout } = await fleet(`${stack.adminUrl},http://127.0.0.1:1`);
    expect(code).toBe(3);
    expect(stdout).toContain("http://127.0.0.1:1 does not answer");
  });

  it("judges several at once by the worst, for people and for machines", async () => {
    const { code, stdout } = await banyan("can-i-cutover");
    expect(code).toBe(1);
    expect(stdout).toMatch(/ROUTE +MOVE +MAY IT +BECAUSE OF\nbroken-order +shadow → canary +NO +mismatches/);
    const machine = await banyan("can-i-cutover", "get-product", "broken-order", "--json", "--to", "cutover");
    const { verdict, data } = JSON.parse(machine.stdout) as { verdict: string; data: unknown };
    expect(verdict).toBe("no");
    expect(readReport(JSON.stringify(data)).routes.map(({ route, to }) => [route, to])).toEqual([
      ["broken-order", "cutover"],
      ["get-product", "cutover"],
    ]);
  });
});
