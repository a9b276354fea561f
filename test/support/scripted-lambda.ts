import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import type { FailurePhase } from "../../gateway/upstreams/upstream.ts";
import { eventFrame } from "../../local-aws/lambda/event-stream.ts";
import type { Ledger } from "./ledger.ts";

/** How one call ends. */
interface Fault {
  /** What its caller can know of the work; `answered` when the function says something itself. */
  readonly phase: FailurePhase | "answered";
  /** Whether the function runs; `late`: when its caller has long given up. */
  readonly runs: "no" | "yes" | "late";
  readonly end: (call: Call) => void;
}

interface Call {
  readonly id: string;
  readonly streamed: boolean;
  readonly res: ServerResponse;
}

/** Longer than any deadline of the routes that it is for. */
const LATE_MS = 1_900;

const refusal =
  (status: number, type: string) =>
  ({ res }: Call) =>
    res.writeHead(status, { "x-amzn-errortype": type }).end('{"Message":"no","Type":"User"}');
const html = ({ res }: Call) => res.writeHead(503, { "content-type": "text/html" }).end("<html>");
const reset = ({ res }: Call) => res.socket?.resetAndDestroy();
const silence = () => undefined;

/** Nothing of these may be seen in another's answer. */
const LEAKS = { "x-leak": "function", etag: '"leak"', "cache-control": "max-age=999" };

const answer = (statusCode: unknown) => (call: Call) => {
  const headers = { "x-side": "function", "x-id": call.id, ...(statusCode !== 200 && LEAKS) };
  send(call, {
    statusCode,
    headers,
    cookies: statusCode === 200 ? [] : ["leak=1"],
    body: `function ${call.id}`,
  });
};

/** Every way a call may end that makes a difference. `refused` is for the caller to arrange. */
export const FAULTS = {
  ok: { phase: "answered", runs: "yes", end: answer(200) },
  "slow-ok": { phase: "answered", runs: "yes", end: (call) => setTimeout(() => answer(200)(call), 40) },
  "answers-404": { phase: "answered", runs: "yes", end: answer(404) },
  "answers-503": { phase: "answered", runs: "yes", end: answer(503) },
  refused: { phase: "not-started", runs: "no", end: reset },
  throttled: { phase: "not-started", runs: "no", end: refusal(429, "TooManyRequestsException") },
  "not-found": { phase: "not-started", runs: "no", end: refusal(404, "ResourceNotFoundException") },
  "too-large": { phase: "not-started", runs: "no", end: refusal(413, "RequestTooLargeException") },
  rejected: { phase: "not-started", runs: "no", end: refusal(400, "InvalidRequestContentException") },
  unavailable: { phase: "not-started", runs: "no", end: refusal(502, "ENILimitReachedException") },
  "service-error": { phase: "unknown", runs: "no", end: refusal(500, "ServiceException") },
  "service-error-ran": { phase: "unknown", runs: "yes", end: refusal(500, "ServiceException") },
  untyped: { phase: "unknown", runs: "no", end: html },
  "untyped-ran": { phase: "unknown", runs: "yes", end: html },
  "reset-before": { phase: "unknown", runs: "no", end: reset },
  "reset-after": { phase: "unknown", runs: "yes", end: reset },
  silent: { phase: "unknown", runs: "no", end: silence },
  "silent-ran": { phase: "unknown", runs: "yes", end: silence },
  "silent-late": { phase: "unknown", runs: "late", end: silence },
  error: { phase: "started", runs: "yes", end: (call) => sendError(call) },
  "bad-answer": { phase: "started", runs: "yes", end: answer("banana") },
  "cut-head": { phase: "started", runs: "yes", end: (call) => sendPart(call, '{"statusCode"') },
  cut: { phase: "started", runs: "yes", end: (call) => sendPart(call, halfOf(call.id)) },
} as const satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

const PATH = /\/functions\/([\w-]+)\.([\w-]+)\/(invocations|response-streaming-invocations)/;
const Event = z.object({ headers: z.object({ "x-id": z.string() }) });

/** The name to call a function by, so that it ends in this way. */
export const nameFor = (fault: FaultName, id: string) => `${fault}.${id}`;

/** Lambda's Invoke API on a real port, which does what the function's name says; what runs goes into the ledger. */
export async function scriptedLambda(ledger: Ledger) {
  const server = createServer((req, res) => {
    // A caller that leaves in the middle of its event has called nothing.
    serve(req, res).catch(() => res.destroy());
  });
  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    const [, name = "", id = "", how] = PATH.exec(req.url ?? "") ?? [];
    const fault: Fault = FAULTS[name as FaultName];
    ledger.hear(id);
    const event = Event.parse(JSON.parse((await buffer(req)).toString()));
    const ran = event.headers["x-id"];
    if (fault.runs === "yes") ledger.run(ran, "function");
    if (fault.runs === "late") ledger.runLater(ran, "function", LATE_MS);
    fault.end({ id, res, streamed: how !== "invocations" });
  };
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const EVENT_STREAM = { "content-type": "application/vnd.amazon.eventstream" };
const chunk = (bytes: string) => eventFrame("PayloadChunk", "application/octet-stream", Buffer.from(bytes));
const complete = (told: object) =>
  eventFrame("InvokeComplete", "application/json", Buffer.from(JSON.stringify(told)));

function send({ streamed, res }: Call, answered: Record<string, unknown> & { body: string }): void {
  const { body, ...head } = answered;
  if (!streamed) return void res.end(JSON.stringify(answered));
  res.writeHead(200, EVENT_STREAM);
  res.write(chunk(`${JSON.stringify(head)}${"\0".repeat(8)}`));
  res.write(chunk(body));
  res.end(complete({}));
}

function sendError({ streamed, res }: Call): void {
  const details = JSON.stringify({ errorType: "Error", errorMessage: "leak", trace: ["leak"] });
  if (streamed) {
    res.writeHead(200, EVENT_STREAM).end(complete({ ErrorCode: "Unhandled", ErrorDetails: details }));
  } else res.writeHead(200, { "x-amz-function-error": "Unhandled" }).end(details);
}

/** A streamed answer up to some of its body. */
function halfOf(id: string): string {
  const head = { statusCode: 200, headers: { "x-side": "function", "x-id": id } };
  return `${JSON.stringify(head)}${"\0".repeat(8)}half of it`;
}

/** The answer breaks off. */
function sendPart({ streamed, res }: Call, part: string): void {
  const reset = () => void res.socket?.resetAndDestroy();
  // Bytes that a reset overtakes are never read: these are given the time to be.
  if (streamed) res.writeHead(200, EVENT_STREAM).write(chunk(part), () => setTimeout(reset, 20));
  else res.writeHead(200, { "content-length": 9_999 }).write(part, reset);
}
