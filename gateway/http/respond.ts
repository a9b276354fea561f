import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { cutShort } from "./cut.ts";
import { withCookie } from "./handed-cookie.ts";
import { firstValue, without, type HeaderList } from "./headers.ts";
import type { Delivery, Line } from "./line.ts";
import type { LiveRequest } from "./request.ts";
import { passOn } from "./read-buffers.ts";
import { problem, problemResponse, type Problem } from "./problem.ts";
import type { UpstreamResponse } from "../upstreams/upstream.ts";

/**
 * Writes one answer to the client, with a cookie of the gateway's own where there is one; nothing else in the gateway
 * does. Resolves when it is over, and never rejects.
 */
export async function respond(
  request: LiveRequest,
  given: UpstreamResponse,
  cookie: string | null,
): Promise<Delivery> {
  const answer = cookie === null ? given : withCookie(given, cookie);
  const { line } = request;
  const delivery = line.send(answer);
  if (delivery !== null) return delivery;
  const { res } = line;
  if (res.destroyed || res.writableEnded) {
    discard(answer);
    return "client-gone";
  }
  if (!writeHead(res, answer)) {
    discard(answer);
    const failure = problem(502, "upstream-answered-badly", "The service gave no valid answer.");
    return respond(request, problemResponse(failure, request.id), cookie);
  }
  if (isBodiless(request.method, answer.status)) {
    // Drained and not destroyed: by protocol it is empty, and its connection goes back to the pool.
    if (!Buffer.isBuffer(answer.body)) answer.body.on("error", nothing).resume();
    return finished(res, () => res.end());
  }
  if (!Buffer.isBuffer(answer.body)) return pump(answer.body, line, answer);
  const { body } = answer;
  return finished(res, () => {
    // As text, it leaves in one write with the head, which is cheaper than two pieces.
    if (body.length <= ONE_WRITE_BYTES) res.end(body.toString("latin1"), "latin1");
    else res.end(body);
  });
}

/** What is no larger goes out in one write with its head. */
const ONE_WRITE_BYTES = 16 * 1024;

/** Passes an interim answer on. Never to an HTTP/1.0 client, which would take it for the answer (RFC 9110 §15.2). */
export function inform(request: LiveRequest, status: number, headers: HeaderList): void {
  const { line } = request;
  const { socket } = line.head;
  if (request.httpVersion === "1.0" || line.hasBegun || !socket.writable) return;
  // Interim answers are hints. A client that does not read must not make a heap of them.
  if (socket.writableNeedDrain) return;
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  for (const [name, value] of pairs(headers)) head += `${name}: ${value}\r\n`;
  socket.write(`${head}\r\n`, "latin1");
}

/** Answers what never became a request, and ends the connection: what follows on it cannot be trusted. */
export async function refuse(line: Line, refused: Problem, id: string): Promise<void> {
  const { res } = line;
  line.endWith();
  const answer = problemResponse(refused, id);
  writeHead(res, answer);
  await finished(res, () => res.end(answer.body));
}

/** How long a refused client has to take its answer. */
const LINGER_MS = 1_000;

/** The same on a bare socket, where node:http has no answer to offer. */
export function refuseSocket(socket: Socket, refused: Problem, id: string): void {
  if (!socket.writable) return void socket.destroy();
  const answer = problemResponse(refused, id);
  let head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}\r\nConnection: close\r\n`;
  for (const [name, value] of pairs(answer.headers)) head += `${name}: ${value}\r\n`;
  socket.end(`${head}\r\n${answer.body.toString()}`);
  // The client may keep its half open for ever. What it still sends is read away, so that no reset overtakes the answer.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(cut));
}

function writeHead(res: ServerResponse, answer: UpstreamResponse): boolean {
  try {
    const fields = withoutIdleTrailer(res, answer);
    // RFC 9110 §8.6: a 204 has no Content-Length, whatever upstream says.
    const headers = answer.status === 204 ? without(fields, CONTENT_LENGTH) : [...fields];
    if (answer.reason === "") res.writeHead(answer.status, headers);
    else res.writeHead(answer.status, answer.reason, headers);
    return true;
  } catch {
    // A status or field that Node refuses to write; nothing has left yet.
    return false;
  }
}

const TRAILER = new Set(["trailer"]);
const CONTENT_LENGTH = new Set(["content-length"]);

/** Node refuses to announce trailers where the answer's framing has no room for them. */
function withoutIdleTrailer({ req }: ServerResponse, { status, headers }: UpstreamResponse): HeaderList {
  if (firstValue(headers, "trailer") === undefined) return headers;
  const chunked = firstValue(headers, "content-length") === undefined && req.httpVersion !== "1.0";
  return chunked && !isBodiless(req.method, status) ? headers : without(headers, TRAILER);
}

/** Answers that end with their head, whatever fields say (RFC 9112 §6.3). */
function isBodiless(method: string | undefined, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

/** The body with backpressure. What breaks off upstream breaks off here, so that it never looks whole. */
function pump(body: Readable, { res, isDirect }: Line, answer: UpstreamResponse): Promise<Delivery> {
  // The head goes out before the first byte of the body, which may be long in coming (SSE). An empty Buffer and not
  // flushHeaders(), which would encode header bytes ≥ 0x80 as UTF-8.
  res.write(Buffer.alloc(0));
  // By a reset: to a client of HTTP/1.0, a connection that merely ends would say that the answer is whole.
  body.once("error", () => {
    if (res.socket !== null) cutShort(res.socket);
    res.destroy();
  });
  res.once("close", () => {
    if (!body.readableEnded) body.destroy();
  });
  body.once("end", () => {
    const trailers = answer.trailers?.() ?? [];
    if (trailers.length > 0 && res.chunkedEncoding) res.addTrailers(pairs(trailers));
    res.end();
  });
  const over = finished(res, () => {
    res.on("drain", () => body.resume());
    const write = (chunk: Buffer) => (isDirect ? passOn(chunk, body, res) : res.write(chunk));
    body.on("data", (chunk: Buffer) => write(chunk) || body.pause()).resume();
  });
  return over.then((delivery) =>
    delivery === "client-gone" && body.errored !== null ? "cut-short" : delivery,
  );
}

/** Resolves when the answer is over. Node says so by "close", which comes behind every "finish". */
function finished(res: ServerResponse, start: () => void): Promise<Delivery> {
  return new Promise((resolve) => {
    res.on("close", () => resolve(res.writableFinished ? "complete" : "client-gone"));
    // A write into a socket that is gone is told by "close"; the error itself says no more.
    res.on("error", nothing);
    start();
  });
}

function nothing(): void {}

function discard(answer: UpstreamResponse): void {
  if (!Buffer.isBuffer(answer.body)) answer.body.on("error", nothing).destroy();
}

function pairs(headers: HeaderList): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) list.push([headers[i]!, headers[i + 1]!]);
  return list;
}
