import { expect, it } from "vitest";
import { waitsForRestart } from "../../../gateway/config/waits-for-restart.ts";
import { configOf, fileWith } from "./load-text.ts";

const PLAIN = fileWith('a: { match: { path: "/a" }, function: { lambda: f } }');
const waiting = (before: string, after: string) =>
  waitsForRestart(configOf(`${PLAIN}${before}\n`), configOf(`${PLAIN}${after}\n`));

it("is nothing that a gateway takes up by itself", () => {
  const taken = [
    "trustedProxies: [10.0.0.0/8]",
    "limits: { fields: 9, targetBytes: 99, bodyBytes: 9, upload: 9s }",
    "mirror: { perSecond: 9, bytes: 9000000, concurrency: 9 }",
    "redact: { names: [x-secret] }",
    "tracing: { percent: 9 }",
    "operators: { streams: 9 }",
    "aws: { region: eu-west-1 }",
    "defaults: { timeout: 9s }",
  ];
  expect(waiting("", taken.join("\n"))).toEqual([]);
});

it("is what belongs to listeners, the process and places that are opened once, by its name", () => {
  const changed = [
    'listener: { proxyProtocol: { from: ["10.0.0.0/8"] } }',
    "limits: { headBytes: 9000, head: 9s, stall: 9s, idle: 9s, connections: 9, requests: 9, reserve: 9, buffers: 99000000, memory: 90 }",
    "evidence: { store: memory, environment: staging }",
    "flags: { source: file, file: other.yaml }",
    "mirror: { bodyBytes: 9000 }",
    'tracing: { endpoint: "http://127.0.0.1:4318/v1/traces" }',
  ].join("\n");
  const names = [
    "evidence.environment",
    "evidence.store",
    "flags",
    ...["buffers", "connections", "head", "headBytes", "idle", "memory", "requests", "reserve", "stall"].map(
      (name) => `limits.${name}`,
    ),
    "listener.proxyProtocol",
    "mirror.bodyBytes",
    "tracing.endpoint",
  ];
  expect(waiting("", changed)).toEqual(names);
  expect(waiting(changed, "")).toEqual(names);
});

it("is where AWS is for flags that are there, and for no others", () => {
  const flags = "flags: { source: appconfig, application: shop, environment: prod, profile: flags }";
  expect(waiting(flags, `${flags}\naws: { region: eu-west-1 }`)).toEqual(["aws.region (of the flags)"]);
});
