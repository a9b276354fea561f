import { RequestBody } from "../../gateway/http/body.ts";
import type { GatewayRequest } from "../../gateway/http/request.ts";
import { parseTarget } from "../../gateway/http/target.ts";

/** A GatewayRequest as ingress would make it, with the parts a test cares about. */
export function aRequest(
  parts: Partial<Omit<GatewayRequest, "target">> & { target?: string } = {},
): GatewayRequest {
  const { target: raw = "/", ...rest } = parts;
  const target = parseTarget(raw);
  if (typeof target === "string") throw new Error(`${raw}: ${target}`);
  return {
    id: "7f0c6c1e-0000-4000-8000-000000000001",
    method: "GET",
    target,
    httpVersion: "1.1",
    host: "shop.example.com",
    headers: ["Host", "shop.example.com"],
    body: RequestBody.empty,
    client: { address: "192.0.2.7", protocol: "http", viaTrustedProxy: false, port: 80 },
    trace: {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      parentSpanId: null,
      recorded: false,
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      tracestate: undefined,
    },
    copy: null,
    receivedAt: Date.UTC(2026, 10, 21, 12, 0, 0),
    startedAt: 0,
    signal: new AbortController().signal,
    ...rest,
  };
}
