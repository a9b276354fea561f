import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { pinoTelemetry } from "../../gateway/telemetry/pino.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { traceCollector, type CollectedSpan } from "../support/trace-collector.ts";

vi.setConfig({ testTimeout: 60_000 });

/** One request from client to comparison, by what a collector, the monolith, a function and the log saw of it. */

const ROUTES = `
  echo:
    match: { method: GET, path: "/api/echo/{rest*}" }
    function: { lambda: heard }
    stage: shadow
    shadow: { secondary: 100 }
  gone:
    match: { method: GET, path: "/api/products" }
    function: { lambda: no-such-function }
    stage: cutover
`;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CLIENT = "b7ad6b7169203331";

const folder = mkdtempSync(join(tmpdir(), "banyan-traces-"));
const heardFile = join(folder, "heard.ndjson");
const lines: string[] = [];
let collector: Awaited<ReturnType<typeof traceCollector>>;
let stack: Stack;

beforeAll(async () => {
  mkdirSync(join(folder, "functions/heard"), { recursive: true });
  writeFileSync(join(folder, "functions/heard/function.json"), '{ "handler": "handler.handler" }');
  writeFileSync(
    join(folder, "functions/heard/handler.mjs"),
    `import { appendFileSync } from "node:fs";
export const handler = async ({ headers }) => {
  appendFileSync(${JSON.stringify(heardFile)}, JSON.stringify(headers) + "\\n");
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: "{}" };
};\n`,
  );
  collector = await traceCollector();
  const log = pinoTelemetry({
    level: "debug",
    destination: { write: (line: string) => void lines.push(line) },
  });
  // However busy this machine is, copies are made.
  const tracing = `mirror: { lag: 10m }\ntracing: { endpoint: "${collector.endpoint}", percent: 100 }`;
  stack = await startStack(ROUTES, tracing, join(folder, "functions"), [log]);
});
afterAll(async () => {
  await stack.close();
  await collector.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => void (lines.length = 0));

/** What the monolith says that it got, by name. */
async function echoed(path: string, sent: Record<string, string>): Promise<Record<string, string>> {
  const answer = await fetch(`${stack.url}/api/echo/${path}`, { headers: sent });
  const { headers } = (await answer.json()) as { headers: readonly string[] };
  const pairs = headers.flatMap((text, i) => (i % 2 === 0 ? [[text.toLowerCase(), headers[i + 1]!]] : []));
  return Object.fromEntries(pairs) as Record<string, string>;
}

const heard = () =>
  readFileSync(heardFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);

async function spansOf(traceId: string, howMany: number): Promise<readonly CollectedSpan[]> {
  const found = () => collector.spans.filter((span) => span.traceId === traceId);
  await vi.waitFor(() => expect(found()).toHaveLength(howMany), { timeout: 40_000 });
  return found();
}

const named = (spans: readonly CollectedSpan[], name: string) => spans.filter((span) => span.name === name);
const traceparentOf = ({ traceId, spanId }: CollectedSpan) => `00-${traceId}-${spanId}-01`;

describe("a shadowed request", () => {
  it("is one trace, from the client by gateway, legacy and function to the comparison", async () => {
    const sent = { traceparent: `00-${TRACE}-${CLIENT}-01`, tracestate: "vendor=1" };
    const atLegacy = await echoed("one", sent);
    // Server, attempt; then shadow, two copies, comparison.
    const spans = await spansOf(TRACE, 6);
    const [server] = named(spans, "GET /api/echo/{rest*}");
    const [shadow] = named(spans, "shadow /api/echo/{rest*}");
    const [compare] = named(spans, "compare");
    const [toFunction] = named(spans, "GET function");
    const toLegacy = named(spans, "GET legacy");
    expect(server).toMatchObject({
      kind: 2,
      parentSpanId: CLIENT,
      traceState: "vendor=1",
      service: "banyan",
    });
    expect(shadow).toMatchObject({ kind: 1, parentSpanId: server!.spanId });
    expect(compare).toMatchObject({ kind: 1, parentSpanId: shadow!.spanId });
    expect(compare!.attributes).toMatchObject({ "banyan.route": "echo", "banyan.verdict": "mismatch" });
    expect(toFunction).toMatchObject({ kind: 3, parentSpanId: shadow!.spanId });
    expect(toFunction!.attributes).toMatchObject({ "banyan.target": "function", "banyan.copy": "read" });
    const [attempt] = toLegacy.filter(({ attributes }) => attributes["banyan.copy"] === undefined);
    expect(attempt).toMatchObject({ kind: 3, parentSpanId: server!.spanId });
    // Whoever is asked finds the attempt as its parent.
    expect(atLegacy["traceparent"]).toBe(traceparentOf(attempt!));
    expect(atLegacy["tracestate"]).toBe("vendor=1");
    const [event] = heard();
    expect(event).toMatchObject({ traceparent: traceparentOf(toFunction!), tracestate: "vendor=1" });
  });

  it("has spans in their order, with what OpenTelemetry asks for and no query", async () => {
    const trace = "1".repeat(32);
    await echoed("two?secret=1", { traceparent: `00-${trace}-${CLIENT}-01` });
    const spans = await spansOf(trace, 6);
    const [server] = named(spans, "GET /api/echo/{rest*}");
    expect(server!.attributes).toMatchObject({
      "http.request.method": "GET",
      "http.route": "/api/echo/{rest*}",
      "url.path": "/api/echo/two",
      "url.scheme": "http",
      "banyan.stage": "shadow",
      "banyan.reason": "stage-shadow",
      "banyan.target": "legacy",
      "banyan.delivery": "complete",
    });
    expect(JSON.stringify(spans)).not.toContain("secret");
    for (const span of spans) {
      expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
      expect(span.startMs).toBeGreaterThanOrEqual((parent ?? span).startMs - 1);
    }
  });

  it("has lines in the log that name the trace", async () => {
    const trace = "2".repeat(32);
    await echoed("three", { traceparent: `00-${trace}-${CLIENT}-01` });
    const spans = await spansOf(trace, 6);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const msg of ["request", "upstream answered", "shadowed"]) {
      const line = said.find((line) => line["msg"] === msg);
      expect(line).toMatchObject({ trace_id: trace });
      expect(ids).toContain(line!["span_id"]);
    }
  });
});

describe("a fallback", () => {
  it("shows both attempts, each with a span of its own, and why the first came to nothing", async () => {
    const trace = "3".repeat(32);
    await (await fetch(`${stack.url}/api/products`, { headers: tracing(trace) })).text();
    const spans = await spansOf(trace, 3);
    const [failed] = named(spans, "GET function");
    expect(failed).toMatchObject({ status: 2, attributes: { "error.type": "not-found" } });
    expect(named(spans, "GET legacy")).toHaveLength(1);
    const [server] = named(spans, "GET /api/products");
    expect(server).toMatchObject({ status: 0, attributes: { "banyan.fallback_from": "not-found" } });
  });
});

describe("whether a request is recorded", () => {
  it("is the client's choice, when it made one", async () => {
    const left = "4".repeat(32);
    const atLegacy = await echoed("four", { traceparent: `00-${left}-${CLIENT}-00`, tracestate: "a=b" });
    expect(atLegacy["traceparent"]).toMatch(new RegExp(`^00-${left}-[0-9a-f]{16}-00$`));
    expect(atLegacy["tracestate"]).toBe("a=b");
    // A later one is there, so the earlier one would be.
    await echoed("five", tracing("5".repeat(32)));
    await spansOf("5".repeat(32), 6);
    expect(collector.spans.filter(({ traceId }) => traceId === left)).toEqual([]);
  });

  it("is the gateway's, when it did not, and is sent on", async () => {
    const { traceparent = "" } = await echoed("six", {});
    expect(traceparent).toMatch(/-01$/);
    const [server] = named(await spansOf(traceparent.split("-")[1]!, 6), "GET /api/echo/{rest*}");
    expect(server!.parentSpanId ?? "").toBe("");
  });
});

function tracing(trace: string): { traceparent: string } {
  return { traceparent: `00-${trace}-${CLIENT}-01` };
}
