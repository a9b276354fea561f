import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { RequestBody } from "./body.ts";
import { forwarded } from "./forwarded.ts";
import { copyKind, SHADOW_FIELD } from "./shadow-field.ts";
import { bad, isCounted, parseHead } from "./head.ts";
import { endToEnd, firstValue, passableTrailers, without, type HeaderList } from "./headers.ts";
import { SAFE_LIMITS, type EdgeLimits } from "./limits.ts";
import type { Problem } from "./problem.ts";
import type { GatewayRequest, LiveRequest } from "./request.ts";
import { continueTrace } from "./trace.ts";
import { plainAddress, type Trust } from "./trust.ts";

export interface IngressSettings {
  readonly clock: Clock;
  readonly trust: Trust;
  /** This gateway's name in `Via`; a request that carries it already has come round in a circle. */
  readonly viaName: string;
  /** Safe ones unless given. */
  readonly limits?: EdgeLimits;
}

/** A request that may pass, or the answer it gets instead. */
export type Entered<Request> =
  | { readonly request: Request }
  | { readonly refused: Problem; readonly id: string };

/** Turns what node:http parsed into a GatewayRequest, and refuses what two servers could read in two ways. */
export function enter(
  req: IncomingMessage,
  res: ServerResponse,
  settings: IngressSettings,
): Entered<LiveRequest> {
  const head = enterHead(req, settings);
  if ("refused" in head) return head;
  const gone = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) gone.abort();
  });
  return {
    request: {
      ...head.request,
      body: bodyOf(req, res, settings.limits),
      signal: gone.signal,
      live: { req, res },
    },
  };
}

/** The same for a request that asks to switch protocols: it has no body, and no answer but the tunnel. */
export function enterUpgrade(req: IncomingMessage, settings: IngressSettings): Entered<GatewayRequest> {
  const head = enterHead(req, settings);
  if ("refused" in head) return head;
  // The bytes of a body would be taken for the tunnel's.
  if (hasBody(req))
    return { refused: bad("upgrade", "A request that switches protocols has no body."), id: head.request.id };
  return { request: { ...head.request, body: RequestBody.empty, signal: NEVER } };
}

/** True for the one protocol that is tunnelled. `h2c` and all others are answered as if nothing had been asked. */
export function asksForWebSocket(req: IncomingMessage): boolean {
  if (req.method !== "GET" || req.httpVersion !== "1.1") return false;
  return firstValue(req.rawHeaders, "upgrade")?.toLowerCase() === "websocket";
}

const NEVER = new AbortController().signal;

function enterHead(
  req: IncomingMessage,
  settings: IngressSettings,
): Entered<Omit<GatewayRequest, "body" | "signal">> {
  const id = randomUUID();
  const parsed = parseHead(req, settings.viaName, settings.limits ?? SAFE_LIMITS);
  if ("status" in parsed) return { refused: parsed, id };
  const { target, host } = parsed;

  const { socket } = req;
  const peer = {
    address: plainAddress(socket.remoteAddress),
    encrypted: socket instanceof TLSSocket,
    port: socket.localPort ?? 0,
  };
  const [client, headers] = forwarded(sanitized(req), host, peer, settings.trust);
  const trace = continueTrace(firstValue(headers, "traceparent"), firstValue(headers, "tracestate"));
  return {
    request: {
      id,
      method: req.method!,
      target,
      httpVersion: req.httpVersion === "1.0" ? "1.0" : "1.1",
      host,
      // From strangers the mark does not go on: it would make a function only pretend to do what its client asked for.
      headers: outgoing(
        client.viaTrustedProxy ? headers : without(headers, MARK),
        host,
        id,
        trace,
        `${req.httpVersion} ${settings.viaName}`,
      ),
      client,
      trace,
      copy: copyKind(firstValue(headers, SHADOW_FIELD)),
      receivedAt: settings.clock.now(),
      startedAt: settings.clock.elapsed(),
    },
  };
}

/** `_` look-alikes of these become them in CGI-style servers, where `_` and `-` are one (X_Forwarded_For). */
const SPOOFABLE = new Set([
  "content-length",
  "transfer-encoding",
  "host",
  "connection",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-real-ip",
  SHADOW_FIELD,
]);

const EXPECT = new Set(["expect"]);

function sanitized({ method = "", httpVersion, rawHeaders }: IncomingMessage): HeaderList {
  const passed = endToEnd(rawHeaders);
  const headers = httpVersion === "1.0" ? without(passed, EXPECT) : passed;
  if (isCounted(method)) countDown(headers);
  if (!headers.some((text, i) => i % 2 === 0 && text.includes("_"))) return headers;
  const lookAlikes = new Set<string>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    if (name.includes("_") && SPOOFABLE.has(name.replaceAll("_", "-"))) lookAlikes.add(name);
  }
  return without(headers, lookAlikes);
}

function countDown(headers: string[]): void {
  for (let i = 0; i < headers.length; i += 2) {
    const isLimit = headers[i]!.toLowerCase() === "max-forwards" && /^[0-9]{1,9}$/.test(headers[i + 1]!);
    if (isLimit) headers[i + 1] = String(Number(headers[i + 1]) - 1);
  }
}

const MARK = new Set([SHADOW_FIELD]);
const REPLACED = new Set(["traceparent", "tracestate", "host"]);

/** The fields as every upstream gets them. Host comes first, as RFC 9110 §7.2 asks. */
function outgoing(
  headers: HeaderList,
  host: string,
  id: string,
  trace: LiveRequest["trace"],
  via: string,
): string[] {
  const sent = host === "" ? [] : ["Host", host];
  sent.push(...without(headers, REPLACED));
  sent.push("Via", via, "traceparent", trace.traceparent);
  if (trace.tracestate !== undefined) sent.push("tracestate", trace.tracestate);
  if (firstValue(headers, "x-request-id") === undefined) sent.push("X-Request-Id", id);
  return sent;
}

function hasBody({ rawHeaders }: IncomingMessage): boolean {
  const length = firstValue(rawHeaders, "content-length");
  return (
    firstValue(rawHeaders, "transfer-encoding") !== undefined ||
    (length !== undefined && Number(length) !== 0)
  );
}

function bodyOf(req: IncomingMessage, res: ServerResponse, limits?: EdgeLimits): RequestBody {
  const length = firstValue(req.rawHeaders, "content-length");
  const chunked = firstValue(req.rawHeaders, "transfer-encoding") !== undefined;
  if (!hasBody(req)) return RequestBody.empty;
  // Once an answer is out, Node no longer tells the request that its connection is gone; whoever sends it on must hear.
  const { socket } = req;
  const onClose = () => req.destroy();
  socket.once("close", onClose);
  req.once("close", () => socket.off("close", onClose));
  // An HTTP/1.0 client knows no interim answers (RFC 9110 §10.1.1).
  const expectsContinue =
    req.httpVersion !== "1.0" && /^100-continue$/i.test(firstValue(req.rawHeaders, "expect") ?? "");
  return RequestBody.from({
    stream: req,
    length: chunked ? null : Number(length),
    ...(limits && { limits }),
    ...(expectsContinue && { onFirstRead: () => res.writeContinue() }),
    trailers: () => passableTrailers(req.rawTrailers),
  });
}
