import { openSync } from "node:fs";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { pino } from "pino";
import { opossumBreaker } from "../gateway/breaker/opossum.ts";
import { breakerRegistry } from "../gateway/breaker/registry.ts";
import { systemClock as clock } from "../gateway/clock.ts";
import { loadConfig } from "../gateway/config/load.ts";
import { rulesDigest } from "../gateway/diff/rules-digest.ts";
import { decide } from "../gateway/flags/decide.ts";
import { NO_FLAGS } from "../gateway/flags/flag-source.ts";
import { stickyKey } from "../gateway/flags/sticky-key.ts";
import { endToEnd } from "../gateway/http/headers.ts";
import { enter } from "../gateway/http/ingress.ts";
import { NodeLine } from "../gateway/http/node-line.ts";
import { trustIn } from "../gateway/http/trust.ts";
import { routeTable } from "../gateway/routes/table.ts";
import { counters } from "../gateway/telemetry/counters.ts";
import { gatheredLines } from "../gateway/telemetry/log-output.ts";
import { pinoTelemetry } from "../gateway/telemetry/pino.ts";
import { answerHead } from "../gateway/upstreams/http1/answer-head.ts";
import { framingOf } from "../gateway/upstreams/http1/framing.ts";
import { requestHead } from "../gateway/upstreams/http1/request-head.ts";
import { readAnswer } from "../gateway/upstreams/lambda/answer.ts";
import { doorsTo, INVOKE } from "../gateway/upstreams/lambda/door.ts";
import { eventBytes } from "../gateway/upstreams/lambda/event.ts";
import { sigV4Signer } from "../gateway/upstreams/sigv4.ts";
import type { LambdaTarget } from "../gateway/routes/function-target.ts";
import { shapeNamed } from "./shapes.ts";

/**
 * What each step of a request costs by itself, without sockets: microseconds, the least of many short rounds, for all that
 * can happen on a shared machine only adds. `node bench/steps.ts`
 */

const ROUNDS = 400;
const CALLS = 500;

const routes = Array.from(
  { length: 499 },
  (_, i) => `  r${i}: { match: { method: GET, path: "/api/r${i}/{id}/items" }, function: { lambda: f${i} } }`,
);
const yaml = `version: 1
legacy: { url: http://legacy }
routes:
${routes.join("\n")}
  order: { match: { path: "/api/orders/{id}" }, function: { lambda: f }, stage: canary, percent: 0.001, stickyBy: ["header:x-user-id"] }
`;
const loaded = loadConfig(yaml, "routes.yaml", {});
if ("problems" in loaded) throw new Error(loaded.problems[0]!.message);
const { config } = loaded;

const shape = shapeNamed("get1k");
const [line = "", ...lines] = shape.request.toString("latin1").split("\r\n\r\n", 1)[0]!.split("\r\n");
const req = Object.assign(new IncomingMessage(new Socket()), {
  method: "GET",
  url: line.split(" ")[1]!,
  httpVersion: "1.1",
  rawHeaders: lines.flatMap((field) => [
    field.slice(0, field.indexOf(":")),
    field.slice(field.indexOf(":") + 2),
  ]),
});
const settings = { clock, trust: trustIn([]), viaName: "banyan-bench" };
const entering = () => {
  const entered = enter(new NodeLine(req, new ServerResponse(req), true), settings);
  if ("refused" in entered) throw new Error(entered.refused.detail);
  return entered.request;
};
const request = entering();

const table = routeTable(config.routes);
const match = table.match(request.method, request.host, request.target)!;
const { route, params } = match;
const deciding = () => {
  const key = stickyKey(route.stickyBy, request, params)?.key ?? null;
  return decide(route, { key, request, params, now: 0 }, NO_FLAGS);
};
const decision = deciding();

const breakers = breakerRegistry((id, side, rules) => opossumBreaker(`${id}:${side}`, rules, { clock }));
breakers.reload(config.routes);

const answer = { status: 200, reason: "OK", headers: [], body: Buffer.alloc(0) };
const asked = { request, route, side: "legacy", status: 200, durationMs: 1.5, answer } as const;
const finished = {
  request,
  route,
  decision,
  answeredBy: "legacy",
  fallbackFrom: null,
  status: 200,
  delivery: "complete",
  durationMs: 1.5,
} as const;
const nowhere = openSync("/dev/null", "w");
const logged = pinoTelemetry({ level: "info", destination: gatheredLines(nowhere) });
const loggedAtOnce = pinoTelemetry({
  level: "info",
  destination: pino.destination({ fd: nowhere, sync: true }),
});
const counted = counters(clock).telemetry;

const target = route.function as LambdaTarget;
const source = { request, body: Buffer.alloc(0), params, settings: target.events };
const event = eventBytes(source);
const payload = Buffer.from(
  JSON.stringify({ statusCode: 200, headers: { "content-type": "application/json" }, body: "y".repeat(600) }),
);
const sign = sigV4Signer("eu-central-1", "lambda");
const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const { form } = doorsTo("lambda.eu-central-1.amazonaws.com", "")(
  { functionName: target.name, qualifier: target.qualifier, payload: event },
  INVOKE,
);

const STEPS: Readonly<Record<string, () => unknown>> = {
  ingress: entering,
  "  of it: a ServerResponse, for the measurement's sake": () => new ServerResponse(req),
  "  of it: an AbortController": () => new AbortController(),
  "match among 500 routes": () => table.match(request.method, request.host, request.target),
  "decide: sticky key and bucket": deciding,
  "breaker: consulted and told": () => breakers.breaker(route, "legacy").admit()!.succeeded(1.5),
  "request's head, checked and written": () => requestHead(request, "legacy"),
  "answer's head, read and framed": () => {
    const head = answerHead(shape.answer)!;
    framingOf("GET", head);
    return endToEnd(head.fields);
  },
  "event of format 2.0, as bytes": () => eventBytes(source),
  "function's answer, from its payload": () => readAnswer(payload, "GET", "2.0"),
  "signature of a call": () => sign(form, event, credentials, clock.now()),
  counters: () => {
    counted.upstreamAnswered(asked);
    counted.requestFinished(finished);
  },
  "log line, gathered": () => logged.requestFinished(finished),
  "log line, one write each": () => loggedAtOnce.requestFinished(finished),
  "mirror: digest of the rules": () => rulesDigest(route.compare),
};

for (const [name, step] of Object.entries(STEPS)) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    for (let call = 0; call < CALLS; call++) step();
    least = Math.min(least, ((performance.now() - startedAt) * 1_000) / CALLS);
  }
  console.log(`${least.toFixed(2).padStart(6)} µs  ${name}`);
}
breakers.stop();
process.exit();
