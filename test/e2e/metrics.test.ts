import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readExposition, valueOf, type ExposedMetric } from "../support/exposition.ts";
import { readPromql } from "../support/promql.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** `/metrics` of a gateway that has seen traffic of every kind. */

const ROUTES = `
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order }
    stage: shadow
  get-product:
    match: { method: GET, path: "/api/products/{sku}" }
    function: { lambda: get-product }
    stage: cutover
  gone:
    match: { method: GET, path: /api/basket }
    function: { lambda: no-such-function }
    stage: canary
    percent: 100
  list-customers:
    match: { method: GET, path: /api/customers }
    function: { lambda: list-customers }
    stage: shadow
    shadow: { percent: 0 }
`;

/** Nothing was lost and nobody turned away, so nothing says what the labels would be. */
const NOT_SEEN = new Set(["banyan_evidence_lost_total", "banyan_connections_refused_total"]);

let stack: Stack;
const scrape = async () => {
  const answer = await fetch(`${stack.adminUrl}/metrics`);
  expect(answer.status).toBe(200);
  return readExposition(await answer.text());
};
let metrics: ReadonlyMap<string, ExposedMetric>;

beforeAll(async () => {
  // However busy this machine is, copies are made.
  stack = await startStack(
    ROUTES,
    "mirror: { lag: 10m }\ndefaults: { timeout: 2m, shadow: { timeout: 2m } }",
  );
  const paths = ["/api/orders/1001", "/api/products/TEA-1", "/api/basket", "/api/customers", "/no/such/page"];
  for (const path of [...paths, "/api/orders/1002"]) await (await fetch(`${stack.url}${path}`)).text();
  await refused("/a/%2e%2e/b");
  await vi.waitFor(allCounted, { timeout: 100_000 });
}, 120_000);
afterAll(() => stack.close());

async function allCounted(): Promise<void> {
  metrics = await scrape();
  // Two of the shadow stage, and what the cutover route sends to legacy.
  const compared = metrics.get("banyan_shadow_comparisons_total")!.samples;
  expect(compared.reduce((sum, { value }) => sum + value, 0)).toBe(3);
  expect(valueOf(metrics, "banyan_lambda_reports_total", { route: "get-product" })).toBe(1);
}

/** As it is written: `fetch` would mend it. */
function refused(path: string): Promise<void> {
  return new Promise((done, failed) => {
    http.get({ port: stack.port, path }, (answer) => answer.resume().once("end", done)).once("error", failed);
  });
}

describe("/metrics", () => {
  it("is what Prometheus takes, and is described as such", async () => {
    const { headers } = await fetch(`${stack.adminUrl}/metrics`);
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  it("counts requests by route, who answered, stage and class of the status", () => {
    const total = (labels: Record<string, string>) => valueOf(metrics, "banyan_requests_total", labels);
    expect(total({ route: "get-order", target: "legacy", stage: "shadow", code_class: "2xx" })).toBe(2);
    expect(total({ route: "get-product", target: "function", stage: "cutover" })).toBe(1);
    expect(total({ route: "gone", target: "legacy", stage: "canary" })).toBe(1);
    expect(total({ route: "(none)", target: "legacy", code_class: "4xx" })).toBe(1);
    expect(valueOf(metrics, "banyan_fallbacks_total", { route: "gone", reason: "not-found" })).toBe(1);
    const failure = { target: "function", kind: "not-found" };
    expect(valueOf(metrics, "banyan_upstream_failures_total", failure)).toBe(1);
    const refused = metrics.get("banyan_requests_refused_total")!.samples;
    expect(refused.map(({ value }) => value)).toEqual([1]);
  });

  it("has durations in buckets that add up", () => {
    const { samples } = metrics.get("banyan_request_duration_seconds")!;
    const of = samples.filter(({ labels }) => labels["route"] === "get-order");
    const buckets = of.filter(({ name }) => name.endsWith("_bucket")).map(({ value }) => value);
    expect(buckets).toHaveLength(15);
    expect(buckets.toSorted((a, b) => a - b)).toEqual(buckets);
    expect(of.find(({ labels }) => labels["le"] === "+Inf")?.value).toBe(2);
    expect(of.find(({ name }) => name.endsWith("_count"))?.value).toBe(2);
    expect(of.find(({ name }) => name.endsWith("_sum"))!.value).toBeGreaterThan(0);
    expect(valueOf(metrics, "banyan_upstream_duration_seconds_count", { target: "function" })).toBe(1);
  });

  it("says what became of copies, and what Lambda billed", () => {
    const dropped = { reason: "sampled-out" };
    expect(valueOf(metrics, "banyan_shadow_dropped_total", dropped)).toBe(1);
    expect(valueOf(metrics, "banyan_lambda_cold_starts_total", { route: "get-product" })).toBe(1);
    expect(valueOf(metrics, "banyan_lambda_billed_ms_total", { route: "get-product" })).toBeGreaterThan(0);
    expect(valueOf(metrics, "banyan_evidence_store_up")).toBe(1);
  });

  it("says how the gateway stands, and follows it", async () => {
    const stage = async () => valueOf(await scrape(), "banyan_route_stage", { route: "get-order" });
    expect(await stage()).toBe(1);
    expect(valueOf(metrics, "banyan_route_canary_percent", { route: "gone" })).toBe(100);
    expect(valueOf(metrics, "banyan_breaker_state", { route: "gone", traffic: "clients" })).toBe(0);
    expect(valueOf(metrics, "banyan_flags_fresh")).toBe(1);
    await stack.flip("get-order", "legacy");
    await vi.waitFor(async () => expect(await stage()).toBe(0), { timeout: 25_000 });
    await stack.kill(true);
    const killed = async () => valueOf(await scrape(), "banyan_route_killed", { route: "get-order" });
    await vi.waitFor(async () => expect(await killed()).toBe(1), { timeout: 25_000 });
    const right = readFileSync(stack.configFile);
    writeFileSync(stack.configFile, "nonsense");
    const reloaded = async () => valueOf(await scrape(), "banyan_config_reload_success");
    await vi.waitFor(async () => expect(await reloaded()).toBe(0), { timeout: 25_000 });
    writeFileSync(stack.configFile, right);
    await vi.waitFor(async () => expect(await reloaded()).toBe(1), { timeout: 25_000 });
  });

  it("has no path of a request in it, however many there are", async () => {
    for (let n = 0; n < 50; n += 1) await (await fetch(`${stack.url}/made-up/${n}`)).text();
    const answer = await (await fetch(`${stack.adminUrl}/metrics`)).text();
    expect(answer).not.toContain("made-up");
    const routes = new Set(
      readExposition(answer)
        .get("banyan_requests_total")!
        .samples.map(({ labels }) => labels["route"]),
    );
    expect(routes).toEqual(new Set(["(none)", "get-order", "get-product", "gone", "list-customers"]));
  });

  it("is explained in full, and nothing else is", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/telemetry.md"), "utf8");
    const rows = [...page.matchAll(/^\| `(banyan_\w+)` \| (\w+) \|([^|]*)\|/gm)];
    const explained = rows.map(([, name, type, labels]) => ({
      name: name!,
      type,
      labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!).toSorted(),
    }));
    const exposed = [...metrics]
      .filter(([name]) => name.startsWith("banyan_"))
      .map(([name, { type, labels, samples }]) => ({
        name,
        type,
        labels:
          samples.length === 0 && NOT_SEEN.has(name)
            ? ["reason"]
            : [...labels].filter((label) => label !== "le").toSorted(),
      }));
    expect(exposed.toSorted(byName)).toEqual(explained.toSorted(byName));
  });
});

/** What Prometheus adds to each series. */
const ADDED = ["job", "instance"];

interface Rules {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
}
interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<"summary" | "description" | "runbook_url", string>>;
}
interface Board {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const alerts = (parse(read("deploy/prometheus/rules.yml")) as Rules).groups.flatMap(({ rules }) => rules);
const board = JSON.parse(read("deploy/grafana/boards/banyan.json")) as Board;

describe("what is shipped for Prometheus and Grafana", () => {
  const panels = board.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );
  const asked = [...alerts.map(({ alert, expr }) => [alert, expr] as const), ...panels];

  it.each(asked)("%s asks for what is there: %s", (_what, expression) => {
    const { selectors, grouped } = readPromql(expression.replaceAll("$__rate_interval", "5m"));
    const labelsOf = (name: string) => {
      const family = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ""));
      if (NOT_SEEN.has(name)) return ["reason"];
      return name === "up" ? [] : [...(family?.labels ?? [`no metric ${name}`])];
    };
    const there = new Set([...ADDED, ...selectors.flatMap(({ metric }) => labelsOf(metric))]);
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, labels } of selectors) {
      expect([...ADDED, ...labelsOf(metric)]).toEqual(expect.arrayContaining([...labels]));
    }
    expect([...there]).toEqual(expect.arrayContaining([...grouped]));
    expect([...there].filter((label) => label.startsWith("no metric"))).toEqual([]);
  });

  it("leads from each alert to what to do", () => {
    const titles = [...read("docs/operations.md").matchAll(/^## (.*)$/gm)];
    const anchors = titles.map(
      ([, title]) => `docs/operations.md#${title!.toLowerCase().replaceAll(" ", "-")}`,
    );
    expect(alerts.length).toBeGreaterThan(10);
    for (const { annotations, labels } of alerts) {
      expect(anchors).toContain(annotations.runbook_url);
      expect(annotations.summary).not.toBe("");
      expect(annotations.description).not.toBe("");
      expect(["critical", "warning", "info"]).toContain(labels.severity);
    }
  });

  it("is told from what is wrong", () => {
    expect(() => readPromql("sum by (route (banyan_requests_total)")).toThrow(/no PromQL/);
    expect(readPromql('sum by (a) (rate(b_total{c="d"}[5m]))')).toEqual({
      selectors: [{ metric: "b_total", labels: ["c"] }],
      grouped: ["a"],
    });
  });
});

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
