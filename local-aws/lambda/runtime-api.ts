import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "../listen.ts";
import { readBody, sendJson } from "../service.ts";
import {
  answerTooLarge,
  answered,
  MAX_ANSWER_BYTES,
  reported,
  type Failure,
  type Outcome,
} from "./outcome.ts";

/** One event on its way to a function. */
export interface Invocation {
  readonly requestId: string;
  readonly event: Buffer;
  readonly arn: string;
  readonly traceId: string;
  /** Takes what the function streams, when it is ready for more; without it a streamed answer is collected. */
  readonly write?: (chunk: Buffer) => Promise<void>;
}

/** What an execution environment learns from its process. */
export interface RuntimeEvents {
  /** The runtime asks for work; `give` hands it over, once. */
  idle(give: (invocation: Invocation, deadlineMs: number) => void, usedMemoryMb: number): void;
  /** The invocation under way, if it is the one with this id. */
  current(requestId: string): Invocation | undefined;
  ended(outcome: Outcome): void;
  initFailed(failure: Failure): void;
}

export interface RuntimeApi {
  /** host:port, as AWS_LAMBDA_RUNTIME_API wants it. */
  readonly address: string;
  close(): void;
}

const PATH = /^\/2018-06-01\/runtime\/(?:init\/error|invocation\/(?:next|([^/]+)\/(response|error)))$/;

/**
 * The Runtime API of one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function runtimeApi(events: RuntimeEvents): Promise<RuntimeApi> {
  const server = createServer((req, res) => {
    // A process that dies in mid-request is heard of through its exit.
    answer(events, req, res).catch(() => res.destroy());
  });
  // The long poll has no end; what keeps a function from hanging is its own timeout.
  Object.assign(server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
  const port = await listen(server, 0, "127.0.0.1");
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(events: RuntimeEvents, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const matched = PATH.exec(req.url ?? "");
  if (matched === null) return sendJson(res, 404, { errorType: "NotFound", errorMessage: `no ${req.url}` });
  const [path, id, what] = matched;
  if (path.endsWith("/next")) return events.idle(giver(res), usedMemoryMb(req));
  if (id === undefined) {
    const payload = (await readBody(req, MAX_ANSWER_BYTES)) ?? Buffer.from("{}");
    events.initFailed({ ...reported(payload), status: "error" });
    return sendJson(res, 202, { status: "OK" });
  }
  const invocation = events.current(id);
  if (invocation === undefined) {
    return sendJson(res, 400, { errorType: "InvalidRequestID", errorMessage: "Invalid request ID" });
  }
  const outcome = what === "response" ? await readAnswer(req, invocation.write) : await readError(req);
  events.ended(outcome);
  // Only now: a streaming handler takes this answer for the end of its stream.
  sendJson(res, 202, { status: "OK" });
}

function giver(res: ServerResponse) {
  return (invocation: Invocation, deadlineMs: number): void => {
    res.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.requestId,
      "lambda-runtime-deadline-ms": String(deadlineMs),
      "lambda-runtime-invoked-function-arn": invocation.arn,
      "lambda-runtime-trace-id": invocation.traceId,
    });
    res.end(invocation.event);
  };
}

async function readError(req: IncomingMessage): Promise<Outcome> {
  const payload = await readBody(req, MAX_ANSWER_BYTES);
  return payload === undefined ? answerTooLarge() : reported(payload);
}

/** An error in mid-stream comes as trailers: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming */
async function readAnswer(req: IncomingMessage, write: Invocation["write"]): Promise<Outcome> {
  const streamed = req.headers["lambda-runtime-function-response-mode"] === "streaming";
  let payload: Buffer | undefined = Buffer.alloc(0);
  if (streamed && write !== undefined) {
    for await (const chunk of req as AsyncIterable<Buffer>) await write(chunk);
  } else {
    payload = await readBody(req, MAX_ANSWER_BYTES);
  }
  const error = req.trailers["lambda-runtime-function-error-body"];
  if (error !== undefined) return reported(Buffer.from(error, "base64"));
  return payload === undefined ? answerTooLarge() : answered(payload);
}

function usedMemoryMb(req: IncomingMessage): number {
  return Math.ceil(Number(req.headers["local-max-rss-kb"] ?? 0) / 1024);
}
