import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** One import of the gateway's tree: who imports what. `to` is a path in the tree or a package's name. */
interface Import {
  readonly from: string;
  readonly to: string;
  /** Read when the importing file is: no `import()`, and more than types. */
  readonly atOnce: boolean;
}

const ROOT = join(import.meta.dirname, "..");
const files = readdirSync(join(ROOT, "gateway"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `gateway/${name}`);
const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
const imports = [...sources].flatMap(([file, source]) => importsOf(file, source));

function importsOf(file: string, source: string): Import[] {
  const found: Import[] = [];
  for (const [statement, static_, dynamic] of source.matchAll(
    /^(?:import|export)\b[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gm,
  )) {
    const name = static_ ?? dynamic!;
    found.push({
      from: file,
      to: name.startsWith(".") ? normalize(join(dirname(file), name)) : packageOf(name),
      atOnce: static_ !== undefined && !/^(?:import|export) type\b/.test(statement),
    });
  }
  return found;
}

function packageOf(name: string): string {
  if (name.startsWith("node:")) return name;
  return name.split("/", name.startsWith("@") ? 2 : 1).join("/");
}

const within = (place: string, ...rooms: string[]) =>
  rooms.some((room) => place === room || place.startsWith(`${room}/`));

/** Package → the only places of the gateway that may know it. */
const VENDORS: Readonly<Record<string, readonly string[]>> = {
  "@aws-sdk/client-lambda": ["gateway/upstreams/lambda", "gateway/doctor/aws.ts"],
  "@aws-sdk/client-appconfigdata": ["gateway/flags/appconfig.ts"],
  "@aws-sdk/client-appconfig": ["gateway/flags"],
  "@aws-sdk/credential-provider-node": ["gateway/upstreams/web"],
  "@smithy/signature-v4": ["gateway/upstreams/web"],
  "google-auth-library": ["gateway/upstreams/web"],
  "@openfeature/server-sdk": ["gateway/openfeature", "gateway/flags", "gateway/embed.ts"],
  "http-proxy-middleware": ["gateway/upstreams/tunnel.ts"],
  htmlparser2: ["gateway/diff/markup-tree.ts"],
  jose: ["gateway/admin/auth"],
  opossum: ["gateway/breaker/opossum.ts"],
  pg: ["gateway/store/postgres.ts"],
  "node:sqlite": ["gateway/store"],
  "@opentelemetry/api": ["gateway/telemetry/otlp-spans.ts"],
  "@opentelemetry/sdk-trace": ["gateway/telemetry/otlp-spans.ts"],
  "@opentelemetry/resources": ["gateway/telemetry/otlp-spans.ts"],
  "@opentelemetry/exporter-trace-otlp-http": ["gateway/telemetry/otlp-spans.ts"],
  "prom-client": ["gateway/telemetry/prometheus.ts"],
  pino: ["gateway/telemetry"],
  express: ["gateway/admin", "gateway/embed.ts"],
  "@clack/prompts": ["gateway/cli/init-prompts.ts"],
  "@bomb.sh/tab": ["gateway/cli/complete.ts"],
  commander: ["gateway/cli"],
  "tough-cookie": ["gateway/replay/cookie-jar.ts"],
  yaml: ["gateway/config", "gateway/flags", "gateway/corpus/openapi-document.ts"],
};

/** Places that only compute: no files, no sockets, no timers, no clock. */
const PURE = [
  "gateway/diff",
  "gateway/evidence",
  "gateway/cost",
  "gateway/flags/rule.ts",
  "gateway/flags/attribute.ts",
  "gateway/config/diff.ts",
  "gateway/config/iam-policy.ts",
  "gateway/upstreams/answer-headers.ts",
  "gateway/upstreams/lambda/events",
  "gateway/upstreams/lambda/prelude.ts",
  "gateway/upstreams/web/function-host.ts",
  "gateway/upstreams/web/own-answers.ts",
  "gateway/upstreams/web/platform-failure.ts",
  "gateway/upstreams/web/signable-target.ts",
  "gateway/report",
  "gateway/replay/answer-ids.ts",
  "gateway/replay/carry-over.ts",
  "gateway/replay/chance.ts",
  "gateway/replay/id-like.ts",
  "gateway/replay/replace-ids.ts",
  "gateway/flags/decide.ts",
  "gateway/flags/bucket.ts",
  "gateway/flags/transitions.ts",
  "gateway/upstreams/fallback.ts",
  "gateway/upstreams/lambda/answer.ts",
  "gateway/routes",
];
const IMPURE_IMPORT = /^node:(fs|http|https|net|tls|dns|child_process|worker_threads|timers|sqlite)/;
const IMPURE_CALL =
  /\b(Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|setImmediate|process\.env)\b/;

/** Ports live in these; adapters are everything else of their rooms. */
const PORTS_AND_NOUNS = [
  "gateway/clock.ts",
  "gateway/http",
  "gateway/routes",
  "gateway/flags/decide.ts",
  "gateway/flags/flag-source.ts",
  "gateway/flags/bucket.ts",
  "gateway/flags/sticky-key.ts",
  "gateway/diff/observation.ts",
  "gateway/diff/comparison.ts",
  "gateway/breaker/breaker.ts",
  "gateway/shadow/mirror.ts",
  "gateway/telemetry/telemetry.ts",
  "gateway/upstreams/upstream.ts",
  "gateway/upstreams/ask.ts",
  "gateway/upstreams/fallback.ts",
];

const breaking = (forbidden: (edge: Import) => boolean) =>
  imports.filter(forbidden).map(({ from, to }) => `${from} → ${to}`);

describe("the house", () => {
  it("has files to look at", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(imports.length).toBeGreaterThan(files.length);
  });

  it("lets nobody import the composition root or the command line", () => {
    const entrances = ["gateway/main.ts", "gateway/cli"];
    expect(breaking(({ from, to }) => within(to, ...entrances) && !within(from, ...entrances))).toEqual([]);
  });

  it("keeps each vendor in its own place", () => {
    expect(breaking(({ from, to }) => VENDORS[to] !== undefined && !within(from, ...VENDORS[to]))).toEqual(
      [],
    );
  });

  it("keeps what computes free of files, sockets, timers and clocks", () => {
    expect(breaking(({ from, to }) => within(from, ...PURE) && IMPURE_IMPORT.test(to))).toEqual([]);
    const reading = files.filter((file) => within(file, ...PURE) && IMPURE_CALL.test(code(file)));
    expect(reading).toEqual([]);
  });

  it("lets the gateway and the mirror know ports only", () => {
    const core = ["gateway/gateway.ts", "gateway/shadow"];
    const allowed = [...PORTS_AND_NOUNS, "gateway/shadow", "gateway/upstreams/tunnel.ts"];
    const outside = ({ from, to }: Import) =>
      within(from, ...core) && to.startsWith("gateway/") && !within(to, ...allowed);
    expect(breaking(outside)).toEqual([]);
  });

  it("gives the mirror nothing that reaches a client", () => {
    const reaching = files.filter(
      (f) => within(f, "gateway/shadow") && /LiveRequest|respond\.ts|\.live\b/.test(code(f)),
    );
    expect(reaching).toEqual([]);
  });

  it("keeps the operator's rooms off the request path", () => {
    const rooms = ["gateway/store", "gateway/report", "gateway/admin"];
    const path = [
      "gateway/gateway.ts",
      "gateway/http/ingress.ts",
      "gateway/http/respond.ts",
      "gateway/upstreams/ask.ts",
    ];
    expect(breaking(({ from, to }) => within(from, ...rooms) && within(to, ...path))).toEqual([]);
  });

  it("reads the environment in one file", () => {
    expect(files.filter((f) => f !== "gateway/config/env.ts" && /process\.env/.test(code(f)))).toEqual([]);
  });

  it("has no file whose name says nothing, and no barrels", () => {
    const empty = /(^|\/)(index|utils?|helpers?|common|misc|types)\.ts$/;
    expect(files.filter((file) => empty.test(file))).toEqual([]);
    expect(files.filter((file) => /^export \*/m.test(code(file)))).toEqual([]);
  });

  it("starts without what few gateways need", () => {
    const few = [
      "@aws-sdk/client-appconfigdata",
      "@aws-sdk/credential-provider-node",
      "@openfeature/server-sdk",
    ];
    const late = [
      ...few,
      "@aws-sdk/client-lambda",
      "@smithy/signature-v4",
      "google-auth-library",
      "pg",
      "jose",
    ];
    const read = readBy("gateway/main.ts");
    expect([...late, "http-proxy-middleware"].filter((vendor) => read.has(vendor))).toEqual([]);
  });

  it("keeps threads small: what validates stays outside of them", () => {
    expect([...readBy("gateway/store/sqlite-worker.ts")].filter((to) => to === "zod")).toEqual([]);
  });

  it("has no import cycles", () => {
    expect(cycle()).toEqual([]);
  });
});

/** The source without comments, so that prose may name what code may not. */
function code(file: string): string {
  return sources.get(file)!.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

/** All that is read when a file is, packages by name. */
function readBy(file: string): Set<string> {
  const read = new Set([file]);
  for (const one of read) {
    for (const { from, to, atOnce } of imports) if (from === one && atOnce) read.add(to);
  }
  return read;
}

/** The first import cycle found, as a path; empty when there is none. Type-only imports count: a cycle is a cycle. */
function cycle(): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    if (path.includes(file))
      return [...path.slice(path.indexOf(file)), file].map((f) => relative("gateway", f));
    if (done.has(file)) return [];
    path.push(file);
    for (const { to } of imports.filter(({ from }) => from === file)) {
      const found = to.startsWith("gateway/") ? visit(to) : [];
      if (found.length > 0) return found;
    }
    path.pop();
    done.add(file);
    return [];
  };
  for (const file of files) {
    const found = visit(file);
    if (found.length > 0) return found;
  }
  return [];
}
