import type { IncomingMessage } from "node:http";
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { RequestBody } from "./body.ts";
import { forwarded } from "./forwarded.ts";
import { copyKind } from "./shadow-field.ts";
import { bad, isCounted, parseHead } from "./head.ts";
import { firstValue } from "./headers.ts";
import { SAFE_LIMITS, type EdgeLimits } from "./limits.ts";
import type { Line, ReceivedHead } from "./line.ts";
import { notedFields, type NotedFields } from "./noted-fields.ts";
import { peerOn } from "./peer.ts";
import type { Problem } from "./problem.ts";
import type { GatewayRequest, LiveRequest } from "./request.ts";
import { continueTrace } from "./trace.ts";
import type { Trust } from "./trust.ts";

export interface IngressSettings {
  readonly clock: Clock;
  readonly trust: Trust;
  /** This gateway's name in `Via`; a request that carries it already has come round in a circle. */
  readonly viaName: string;
  /** Safe ones unless given. */
  readonly limits?: EdgeLimits;
  /** Share of requests without a trace of their own whose spans are recorded; null, or absent, for no spans at all. */
  readonly recordPercent?: number | null;
}

/** A request that may pass, or the answer it gets instead. */
export type Entered<Request> =
  | { readonly request: Request }
  | { readonly refused: Problem; readonly id: string };

/** Turns a parsed request into a GatewayRequest, and refuses what two servers could read in two ways. */
export function enter(line: Line, settings: IngressSettings): Entered<LiveRequest> {
  return entered(line.head, settings, line);
}

/** The same for a request that asks to switch protocols: it has no body, and no answer but the tunnel. */
export function enterUpgrade(req: IncomingMessage, settings: IngressSettings): Entered<GatewayRequest> {
  return entered(req, settings, null);
}

/** True for the one protocol that is tunnelled. `h2c` and all others are answered as if nothing had been asked. */
export function asksForWebSocket(req: IncomingMessage): boolean {
  if (req.method !== "GET" || req.httpVersion !== "1.1") return false;
  return firstValue(req.rawHeaders, "upgrade")?.toLowerCase() === "websocket";
}

function entered<OnLine extends Line | null>(
  req: ReceivedHead,
  settings: IngressSettings,
  line: OnLine,
): Entered<GatewayRequest & { readonly line: OnLine }> {
  const { clock, trust, viaName, limits = SAFE_LIMITS } = settings;
  const id = randomUUID();
  const method = req.method!;
  const { httpVersion } = req;
  const peer = peerOn(req.socket);
  const noted = notedFields(req.rawHeaders, {
    httpVersion,
    trusted: trust(peer.address),
    counted: isCounted(method),
  });
  const head = parseHead(req, noted, viaName, limits);
  if ("status" in head) return { refused: head, id };
  // The bytes of a body would be taken for the tunnel's.
  if (line === null && hasBody(noted))
    return { refused: bad("upgrade", "A request that switches protocols has no body."), id };

  const { target, host } = head;
  const [client, path] = forwarded(noted, host, peer, trust);
  const trace = continueTrace(noted.traceparent, noted.tracestate, settings.recordPercent ?? null);
  return {
    request: {
      id,
      method,
      target,
      httpVersion: httpVersion === "1.0" ? "1.0" : "1.1",
      host,
      headers: outgoing(noted, path, host, id, trace, `${httpVersion} ${viaName}`),
      body: line === null || !hasBody(noted) ? RequestBody.empty : line.body(noted, limits),
      client,
      trace,
      copy: copyKind(noted.mark),
      receivedAt: clock.now(),
      startedAt: clock.elapsed(),
      signal: peer.gone,
      line,
    },
  };
}

/** The fields as every upstream gets them. Host comes first, as RFC 9110 §7.2 asks. */
function outgoing(
  { kept, hasRequestId }: NotedFields,
  path: readonly string[],
  host: string,
  id: string,
  trace: LiveRequest["trace"],
  via: string,
): string[] {
  const sent = host === "" ? [] : ["Host", host];
  for (const text of kept) sent.push(text);
  for (const text of path) sent.push(text);
  sent.push("Via", via, "traceparent", trace.traceparent);
  if (trace.tracestate !== undefined) sent.push("tracestate", trace.tracestate);
  if (!hasRequestId) sent.push("X-Request-Id", id);
  return sent;
}

function hasBody({ codings, contentLength }: NotedFields): boolean {
  return codings !== undefined || (contentLength !== undefined && Number(contentLength) !== 0);
}
