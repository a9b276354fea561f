import http, { type Agent, type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { TLSSocket } from "node:tls";
import { Pace, SlowClient, type RequestBody } from "../http/body.ts";
import { endToEnd, firstValue, passableTrailers, without } from "../http/headers.ts";
import type { GatewayRequest } from "../http/request.ts";
import { Deadline } from "./deadline.ts";
import { httpFailure, unsafeAnswer } from "./http-errors.ts";
import { UpstreamError, type Attempt, type Upstream, type UpstreamResponse } from "./upstream.ts";

export interface HttpUpstreamSettings {
  /** What it is called in logs. */
  readonly name: string;
  /** Origin: scheme, host and port. */
  readonly url: string;
  /** Sockets at most. */
  readonly connections: number;
}

/** As much as clients may send us. */
const MAX_HEAD_BYTES = 32 * 1024;

/** A server that was asked to wait for its word may be too old to give it (RFC 9110 §10.1.1: do not wait for ever). */
const CONTINUE_WAIT_MS = 1_000;

/** Less than the 5 s after which Apache and Node close idle connections: a write must not meet one that is closing. */
const IDLE_MS = 4_000;

export interface HttpUpstream extends Upstream {
  /** Lets go of idle connections, and of the others as they become idle. */
  close(): void;
}

/** A server of HTTP/1.1, such as the monolith, over keep-alive connections of node:http. Request and answer bodies stream with backpressure. */
export function httpUpstream(settings: HttpUpstreamSettings): HttpUpstream {
  const url = new URL(settings.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const { Agent: PooledAgent, request } = url.protocol === "https:" ? https : http;
  // LIFO keeps the fewest sockets warm, so idle ones age out before the server closes them under a request.
  const agent = new PooledAgent({
    keepAlive: true,
    maxSockets: settings.connections,
    scheduling: "lifo",
    timeout: IDLE_MS,
  });
  const open = (message: GatewayRequest, connection: Agent | false): ClientRequest =>
    request({
      agent: connection,
      host,
      port: url.port === "" ? undefined : Number(url.port),
      method: message.method,
      path: message.target.raw,
      headers: fieldsFor(message, url.host),
      setHost: false,
      maxHeaderSize: MAX_HEAD_BYTES,
      // An address is no server name (RFC 6066 §3); certificates are then checked against `host`.
      servername: isIP(host) === 0 ? host : "",
    });

  return {
    name: settings.name,
    async send(message, attempt) {
      try {
        return await exchange(open(message, agent), message, attempt);
      } catch (error) {
        if (!(error instanceof StaleSocket)) throw error;
        // The pool's others are as stale, when the server was restarted: this one is new.
        return await exchange(open(message, false), message, attempt);
      }
    },
    close() {
      // Requests in flight keep their connections to the end; nothing new is kept alive.
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) sockets?.forEach((socket) => socket.destroy());
    },
  };
}

/**
 * A kept-alive connection turned out to be closed when a safe, bodiless request was written to it: the one case in
 * which a request is sent again by itself (RFC 9112 §9.3.1).
 */
class StaleSocket extends Error {}

/** A body turned out to be larger than clients may send. Part of it was sent on already. */
const tooLarge = () => new UpstreamError("too-large", "more than clients may send", { phase: "unknown" });

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

function exchange(out: ClientRequest, message: GatewayRequest, attempt: Attempt): Promise<UpstreamResponse> {
  // Node silently drops fields past the 2,000th; what was received is passed on whole.
  out.maxHeadersCount = 0;
  const line = lineOf(out);
  return new Promise<UpstreamResponse>((resolve, reject) => {
    let settled = false;
    let answering: IncomingMessage | undefined;
    let sent = 0;
    const pace = new Pace();
    const settle = () => {
      settled = true;
      timer.clear();
      attempt.signal.removeEventListener("abort", onGone);
    };
    const fail = (error: Error) => {
      settle();
      out.destroy();
      reject(error);
    };
    const onGone = () => fail(new UpstreamError("client-gone", "the client went away"));
    const { uploadMs } = message.body.limits;
    /** What the server has left once the client's time is over: it may be slow to take what it is sent. */
    let serverRestMs = 0;
    const onLate = () => {
      // Who owes the next step? A client that stopped in the middle of its body is not the server's fault.
      if (line.ready() && !message.body.ended && !out.writableNeedDrain)
        return fail(new UpstreamError("client-slow", new SlowClient(uploadMs).message));
      if (serverRestMs > 0) {
        timer.restart(serverRestMs);
        serverRestMs = 0;
        return;
      }
      const kind = line.ready() ? "timeout" : "connect-timeout";
      fail(new UpstreamError(kind, `no answer in ${Math.round(attempt.timeoutMs)} ms`));
    };
    const timer = new Deadline(attempt.timeoutMs, onLate);
    const awaitClient = () => {
      // A cleared timer would come back to life.
      if (settled || message.body.ended) return;
      timer.restart(uploadMs);
      serverRestMs = Math.max(0, attempt.timeoutMs - uploadMs);
    };
    line.whenReady(awaitClient);
    // It was the server's turn until now.
    out.on("drain", awaitClient);

    // First of all, and to the end: an error without a listener ends the process, and a late one reaches the body anyway.
    out.on("error", (error: NodeJS.ErrnoException) => {
      // Node takes a reset for the end of a body that has no other, and so for a whole one.
      answering?.destroy(error);
      if (answering !== undefined) return;
      const stale = line.untouched() && error.code === "ECONNRESET" && message.body.length === 0;
      fail(stale && SAFE.has(message.method) ? new StaleSocket() : httpFailure(error, line.ready()));
    });
    out.on("information", ({ statusCode, rawHeaders }) => {
      if (statusCode !== 100)
        attempt.onInformational?.(statusCode, without(endToEnd(rawHeaders), CONTENT_LENGTH));
    });
    out.once("upgrade", (_answer, socket) => {
      socket.destroy();
      fail(new UpstreamError("bad-answer", "the server switched protocols unasked"));
    });
    out.once("response", (answer: IncomingMessage) => {
      settle();
      const problem = unsafeAnswer(answer);
      if (problem !== undefined) return fail(new UpstreamError("bad-answer", problem));
      answering = answer;
      cancelWith(attempt.signal, answer);
      // Answered without having asked for the body: nobody will send it, and the connection would wait for it for ever.
      answer.once("end", () => {
        if (!out.writableEnded && message.body.replayable) out.destroy();
      });
      resolve(responseOf(answer));
    });

    if (attempt.signal.aborted) return onGone();
    attempt.signal.addEventListener("abort", onGone);
    sendBody(out, message, {
      line,
      onProgress(bytes) {
        sent += bytes;
        if (sent > message.body.limits.bodyBytes) fail(tooLarge());
        if (pace.advances(bytes)) awaitClient();
      },
      onWhole() {
        if (settled) return;
        // From here on it is the server's time again.
        serverRestMs = 0;
        timer.restart(attempt.timeoutMs);
      },
      onGone,
    });
  });
}

/** The connection a request goes out on. */
interface Line {
  /** False while not a byte of the request can have left: no connection, or no TLS on it yet. */
  ready(): boolean;
  /** True when the connection was used before, and nothing has come over it since. */
  untouched(): boolean;
  whenReady(run: () => void): void;
}

/**
 * Watches for the moment a connection becomes ready. Neither the error nor the socket tells afterwards: a refused
 * socket no longer counts as connecting, and ETIMEDOUT or codes of TLS come from established connections too.
 */
function lineOf(out: ClientRequest): Line {
  let ready = false;
  let readBefore = 0;
  const waiting: (() => void)[] = [];
  const onReady = () => {
    ready = true;
    for (const run of waiting.splice(0)) run();
  };
  out.once("socket", (socket) => {
    readBefore = socket.bytesRead;
    if (!socket.connecting && !socket.destroyed) onReady();
    else socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", onReady);
  });
  return {
    ready: () => ready,
    untouched: () => out.reusedSocket && out.socket?.bytesRead === readBefore,
    whenReady: (run) => (ready ? run() : void waiting.push(run)),
  };
}

/** The client's going away ends the server's work too, until the answer is through. */
function cancelWith(signal: AbortSignal, answer: IncomingMessage): void {
  const cancel = () => answer.destroy();
  signal.addEventListener("abort", cancel);
  answer.once("close", () => signal.removeEventListener("abort", cancel));
}

function responseOf(answer: IncomingMessage): UpstreamResponse {
  return {
    status: answer.statusCode!,
    reason: answer.statusMessage ?? "",
    headers: endToEnd(answer.rawHeaders),
    body: answer,
    trailers: () => passableTrailers(answer.rawTrailers),
  };
}

const TRAILER = new Set(["trailer"]);
const CONTENT_LENGTH = new Set(["content-length"]);
const EXPECT = new Set(["expect"]);

/**
 * True when the server is asked whether it wants the body. node:http sends the head of such a request by itself, and as
 * UTF-8: where that would change bytes, the body goes without asking.
 */
function asksFirst({ headers, target }: GatewayRequest): boolean {
  if (!/^100-continue$/i.test(firstValue(headers, "expect") ?? "")) return false;
  return [target.raw, ...headers].every((text) => !/[\x80-\xff]/.test(text));
}

/** The request's fields with explicit framing, so that node:http never guesses one. */
function fieldsFor(message: GatewayRequest, ownHost: string): string[] {
  const { length } = message.body;
  // Node refuses to announce trailers where the framing has no room for them.
  const announced = length === null ? [...message.headers] : without(message.headers, TRAILER);
  const fields = asksFirst(message) ? announced : without(announced, EXPECT);
  if (message.host === "") fields.unshift("Host", ownHost);
  if (length === null) fields.push("Transfer-Encoding", "chunked");
  else if (
    message.body.length === 0 &&
    !SAFE.has(message.method) &&
    firstValue(fields, "content-length") === undefined
  ) {
    fields.push("Content-Length", "0");
  }
  return fields;
}

/** How a body's way to the server goes. */
interface Sending {
  readonly line: Line;
  readonly onProgress: (bytes: number) => void;
  readonly onWhole: () => void;
  /** The client broke off in the middle of it. */
  readonly onGone: () => void;
}

function sendBody(out: ClientRequest, message: GatewayRequest, sending: Sending): void {
  const { body } = message;
  if (body.length === 0) return void out.end();
  // Not before: a body whose first byte was taken cannot go to another upstream any more.
  sending.line.whenReady(() => {
    if (out.destroyed) return;
    if (asksFirst(message)) awaitWord(out, body, sending);
    else stream(out, body, sending);
  });
}

function awaitWord(out: ClientRequest, body: RequestBody, sending: Sending): void {
  // The client waits for the server's word before it sends; so do we (RFC 9110 §10.1.1).
  let begun = false;
  const begin = () => {
    if (begun || out.destroyed) return;
    begun = true;
    clearTimeout(timer);
    stream(out, body, sending);
  };
  const timer = setTimeout(begin, CONTINUE_WAIT_MS);
  out.once("continue", begin);
  out.once("response", () => clearTimeout(timer));
  out.once("close", () => clearTimeout(timer));
  // Sends the head now. An empty Buffer and not flushHeaders(), which would encode bytes ≥ 0x80 as UTF-8.
  out.write(Buffer.alloc(0));
}

function stream(out: ClientRequest, body: RequestBody, { onProgress, onWhole, onGone }: Sending): void {
  const source = body.stream();
  source.on("data", (chunk: Buffer) => onProgress(chunk.length));
  source.pipe(out, { end: false });
  source.once("end", () => {
    onWhole();
    const trailers = body.trailers();
    const list: [string, string][] = [];
    for (let i = 0; i < trailers.length; i += 2) list.push([trailers[i]!, trailers[i + 1]!]);
    if (list.length > 0 && body.length === null) out.addTrailers(list);
    out.end();
  });
  // A body that breaks off must not look like a whole one: the connection is cut instead of ended.
  source.once("error", onGone);
  source.once("close", () => {
    if (!source.readableEnded) onGone();
  });
  // Nobody reads the rest any more; it is read away, or the client's connection would be stuck in it.
  out.once("close", () => source.unpipe(out).resume());
}
