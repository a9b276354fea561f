import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody, type Handler, type Service } from "../service.ts";
import { ServiceError } from "../service-error.ts";
import { invalidContent, invalidParameter, requestTooLarge } from "./errors.ts";
import { eventFrame } from "./event-stream.ts";
import type { Fault } from "./fault.ts";
import { parseReference, type FunctionReference } from "./function-name.ts";
import type { Functions } from "./functions.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import type { Invocation } from "./runtime-api.ts";

const PATH =
  /^\/(?:2015-03-31\/functions\/([^/]+)\/invocations|2021-11-15\/functions\/([^/]+)\/response-streaming-invocations)$/;

/** Bytes an event may have: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LIMITS: Readonly<Record<string, number>> = {
  RequestResponse: 6_291_456,
  DryRun: 6_291_456,
  Event: 1_048_576,
};

const EVENT_STREAM = { "content-type": "application/vnd.amazon.eventstream" };

/** One call, checked and ready to run. */
interface Call {
  readonly deployed: LambdaFunction;
  readonly version: string;
  readonly invocation: Invocation;
  /** Whether the caller wants the log's tail. */
  readonly logWanted: boolean;
  /** Whether the caller wants the answer as it comes. */
  readonly streamed: boolean;
}

/** Lambda's Invoke and InvokeWithResponseStream. */
export function invokeApi(functions: Functions): Service {
  return (method, url): Handler | undefined => {
    const [matched, buffered, streaming] = PATH.exec(url.pathname) ?? [];
    if (method !== "POST" || matched === undefined) return undefined;
    return async (req, res) => {
      const { type, event } = await readEvent(req);
      const reference = parseReference(buffered ?? streaming!, url.searchParams.get("Qualifier"));
      const call = callOf(functions, reference, event, req, res, streaming !== undefined);
      if (type === "DryRun") return void res.writeHead(204).end();
      const fault = call.deployed.takeFault();
      if (fault !== undefined) return answerFault(fault, call, res);
      if (type === "Event") return answerAccepted(call, res);
      return call.streamed ? answerStreamed(call, res) : answerBuffered(call, res);
    };
  };
}

async function readEvent(req: IncomingMessage): Promise<{ type: string; event: Buffer }> {
  const type = headerOf(req, "x-amz-invocation-type") ?? "RequestResponse";
  const limit = LIMITS[type];
  if (limit === undefined) throw invalidParameter(`There is no invocation type ${type}.`);
  const body = await readBody(req, limit);
  if (body === undefined) throw requestTooLarge(limit);
  const event = body.length === 0 ? Buffer.from("{}") : body;
  try {
    JSON.parse(event.toString());
  } catch (error) {
    throw invalidContent(error instanceof Error ? error.message : String(error));
  }
  return { type, event };
}

function callOf(
  functions: Functions,
  reference: FunctionReference,
  event: Buffer,
  req: IncomingMessage,
  res: ServerResponse,
  streamed: boolean,
): Call {
  const deployed = functions.get(reference.name);
  const { version, arn } = deployed.qualified(reference.qualifier);
  res.setHeader("x-amz-executed-version", version);
  return {
    deployed,
    version,
    invocation: {
      requestId: String(res.getHeader("x-amzn-requestid")),
      event,
      arn,
      traceId: headerOf(req, "x-amzn-trace-id") ?? newTraceId(),
    },
    logWanted: headerOf(req, "x-amz-log-type") === "Tail",
    streamed,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_ResponseSyntax */
async function answerBuffered(call: Call, res: ServerResponse): Promise<void> {
  const { outcome, log } = await call.deployed.invoke(call.version, call.invocation);
  if (outcome.kind === "failed") res.setHeader("x-amz-function-error", "Unhandled");
  if (call.logWanted) res.setHeader("x-amz-log-result", log.toString("base64"));
  res.writeHead(200, { "content-type": "application/json", "content-length": outcome.payload.length });
  res.end(outcome.payload);
}

/** Each chunk as it comes, no faster than the caller reads; how it ended comes last, as the status has long been sent. */
async function answerStreamed(call: Call, res: ServerResponse): Promise<void> {
  const gone = new AbortController();
  res.once("close", () => gone.abort());
  const write = async (chunk: Buffer) => {
    if (!res.headersSent) res.writeHead(200, EVENT_STREAM);
    // The function runs to its end even when nobody listens any more.
    if (chunk.length === 0 || res.destroyed) return;
    if (res.write(chunkFrame(chunk))) return;
    await once(res, "drain", { signal: gone.signal }).catch(() => {});
  };
  const { outcome, log } = await call.deployed.invoke(call.version, { ...call.invocation, write });
  const failed = outcome.kind === "failed";
  await write(failed ? Buffer.alloc(0) : outcome.payload);
  const complete = {
    ...(failed && { ErrorCode: "Unhandled", ErrorDetails: outcome.payload.toString() }),
    ...(call.logWanted && { LogResult: log.toString("base64") }),
  };
  res.end(eventFrame("InvokeComplete", "application/json", Buffer.from(JSON.stringify(complete))));
}

/** Queued, as far as the caller is concerned. Here it runs at once and only once; a throttled event is dropped. */
function answerAccepted({ deployed, version, invocation }: Call, res: ServerResponse): void {
  deployed.invoke(version, invocation).catch(() => {});
  res.writeHead(202).end();
}

async function answerFault(fault: Fault, call: Call, res: ServerResponse): Promise<void> {
  if ("status" in fault) return answerRefusal(fault, res);
  if (fault.reset === "before") return void res.destroy();
  const { outcome } = await call.deployed.invoke(call.version, call.invocation);
  if (fault.reset === "after") return void res.destroy();
  const { payload } = outcome;
  const half = payload.subarray(0, payload.length >> 1);
  // What was written has left by the time that the callback runs.
  const destroy = () => void res.destroy();
  if (call.streamed) res.writeHead(200, EVENT_STREAM).write(chunkFrame(half), destroy);
  else res.writeHead(200, { "content-length": payload.length }).write(half, destroy);
}

function answerRefusal(fault: Extract<Fault, { status: number }>, res: ServerResponse): void {
  const { status, type, reason, message } = fault;
  if (type === undefined) {
    const html = `<html><head><title>${status}</title></head><body><h1>${message}</h1></body></html>`;
    return void res.writeHead(status, { "content-type": "text/html" }).end(html);
  }
  throw new ServiceError(status, type, {
    Type: status < 500 ? "User" : "Service",
    ...(reason && { Reason: reason }),
    Message: message,
  });
}

function chunkFrame(chunk: Buffer): Buffer {
  return eventFrame("PayloadChunk", "application/octet-stream", chunk);
}

function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString("hex")};Parent=${randomBytes(8).toString("hex")};Sampled=0`;
}
