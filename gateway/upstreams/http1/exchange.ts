import type { Clock } from "../../clock.ts";
import { SlowClient } from "../../http/body.ts";
import { sendSoon, type Sender } from "../../http/send-soon.ts";
import { giveBack, lend } from "../../http/read-buffers.ts";
import { endToEnd, passableTrailers, without } from "../../http/headers.ts";
import { httpFailure } from "../http-errors.ts";
import { UpstreamError, type Attempt, type UpstreamResponse } from "../upstream.ts";
import { AnswerBody, type AnswerSource } from "./answer-body.ts";
import { answerHead, type AnswerHead } from "./answer-head.ts";
import { SizedBody, UnsizedBody, type BodyReader } from "./body-reader.ts";
import { ChunkedBody } from "./chunked-body.ts";
import type { Connection } from "./connection.ts";
import { malformed } from "./field-lines.ts";
import { framingOf, type Framing } from "./framing.ts";
import type { Guest, Pool } from "./pool.ts";
import { SAFE, type Message, type RequestHead } from "./request-head.ts";
import { Upload, writeTogether, type UploadWatcher } from "./upload.ts";

/** A server that was asked to wait for its word may be too old to give it (RFC 9110 §10.1.1: do not wait for ever). */
const CONTINUE_WAIT_MS = 1_000;

/** A body of no more bytes that is there is sent with its head. */
const AT_ONCE_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);

const CONTENT_LENGTH = new Set(["content-length"]);

/** One request and its answer, from the wait for a connection until the connection is free again. */
export class Exchange implements Guest, Sender, AnswerSource, UploadWatcher {
  /** The answer once its head is there, its body whole when that was there as well. Rejects with an UpstreamError. */
  readonly answer: Promise<UpstreamResponse>;
  over = false;
  readonly tenant: string;
  readonly #request: Message;
  readonly #head: RequestHead;
  readonly #attempt: Attempt;
  readonly #pool: Pool;
  readonly #clock: Clock;
  #resolve!: (answer: UpstreamResponse) => void;
  #reject!: (error: UpstreamError) => void;
  /** From when on the server is late. */
  #lateMs: number;
  /** From when on the client is, while it is its turn. */
  #slowMs = Infinity;
  #connection: Connection | null = null;
  #upload: Upload | null = null;
  #sent = false;
  /** True until the next `sendNow`: nothing was written so far. */
  #waits = false;
  #continueTimer: NodeJS.Timeout | undefined;
  /** What has come of a head that is not whole yet. */
  #partOfHead: Buffer | null = null;
  /** True once a byte of an answer has come. */
  #heard = false;
  #framing: Framing | null = null;
  #reader: BodyReader | null = null;
  #body: AnswerBody | null = null;

  constructor(request: Message, head: RequestHead, attempt: Attempt, pool: Pool, clock: Clock) {
    this.#request = request;
    this.#head = head;
    this.#attempt = attempt;
    this.tenant = attempt.tenant ?? "";
    this.#pool = pool;
    this.#clock = clock;
    this.#lateMs = clock.elapsed() + attempt.timeoutMs;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    pool.take(this);
  }

  begin(connection: Connection): void {
    this.#connection = connection;
    const { expectsContinue } = this.#head;
    this.#sent = this.#request.body.length === 0 || this.#atHand() !== null;
    // A body's first byte takes the head along, unless the server has to be asked for the body first.
    if ((this.#sent || expectsContinue) && !this.#waits) {
      this.#waits = true;
      sendSoon(this);
    }
    if (connection.ready) this.onReady();
  }

  sendNow(): void {
    this.#waits = false;
    const connection = this.#connection;
    if (connection === null) return;
    writeTogether(connection.socket, this.#head.text, this.#atHand() ?? NOTHING, "");
    if (connection.ready && !this.#sent) this.#awaitWord();
  }

  onTurnedAway(): void {
    this.#fail(new UpstreamError("overloaded", `too many requests of ${this.tenant} wait for a connection`));
  }

  onReady(): void {
    if (this.#sent) return;
    // From here on the client has its time to send.
    this.onProgress();
    if (!this.#head.expectsContinue) this.#startUpload();
    else if (!this.#waits) this.#awaitWord();
  }

  onDrain(): void {
    // It was the server's turn until now.
    this.#awaitClient();
    this.#upload?.resume();
  }

  onData(bytes: Buffer): void {
    // This is no answer to what was not sent yet; a server that gives up waiting speaks like that.
    if (this.#waits && this.#connection!.reused) return this.#again();
    this.#heard = true;
    try {
      if (this.#reader === null) this.#readHead(bytes);
      else this.#readBody(this.#reader, bytes);
    } catch (error) {
      this.#fail(error instanceof UpstreamError ? error : malformed(String(error)));
    }
  }

  onClosed(error: Error | null): void {
    if (this.#reader?.ended) return this.#leave();
    if (this.#reader instanceof UnsizedBody && error === null) return this.#end(false);
    const { reused = false, ready = false } = this.#connection ?? {};
    const { body, method } = this.#request;
    // A kept-alive connection turned out to be closed before anything was written, or when a safe request was: the one
    // case in which a request is sent again by itself (RFC 9112 §9.3.1).
    if (reused && (this.#waits || (!this.#heard && body.length === 0 && SAFE.has(method))))
      return this.#again();
    this.#fail(httpFailure(error ?? new Error("the server closed the connection"), ready));
  }

  check(nowMs: number): void {
    if (this.#attempt.signal.aborted) return this.onBroken();
    if (this.#reader !== null) return;
    const isReady = this.#connection?.ready === true;
    // Who owes the next step? A client that stopped in the middle of its body is not the server's fault.
    if (isReady && this.#upload?.clientOwes) {
      if (nowMs < this.#slowMs) return;
      const { message } = new SlowClient(this.#request.body.limits.uploadMs);
      return this.#fail(new UpstreamError("client-slow", message));
    }
    if (nowMs < this.#lateMs) return;
    const kind = isReady ? "timeout" : "connect-timeout";
    this.#fail(new UpstreamError(kind, `no answer in ${Math.round(this.#attempt.timeoutMs)} ms`));
  }

  onProgress(): void {
    this.#allow(Math.max(this.#attempt.timeoutMs, this.#request.body.limits.uploadMs));
    this.#awaitClient();
  }

  onTooLarge(): void {
    // Part of it was sent already.
    const phase = "unknown";
    this.#fail(new UpstreamError("too-large", "the body is larger than clients may send", { phase }));
  }

  onSent(): void {
    this.#sent = true;
    this.#allow(this.#attempt.timeoutMs);
    if (this.#reader?.ended) this.#release();
  }

  onBroken(): void {
    this.#fail(new UpstreamError("client-gone", "the client went away"));
  }

  resume(): void {
    this.#connection?.resume();
  }

  abandon(): void {
    if (!this.#reader?.ended) this.#leave();
  }

  /** The client waits for the server's word before it sends; so do we (RFC 9110 §10.1.1), once the server was asked. */
  #awaitWord(): void {
    this.#continueTimer = setTimeout(() => this.#startUpload(), CONTINUE_WAIT_MS);
  }

  /** On a new connection: the pool's others are as stale. */
  #again(): void {
    clearTimeout(this.#continueTimer);
    this.#continueTimer = undefined;
    this.#connection?.destroy();
    this.#pool.open(this);
  }

  /** A body that can go out with its head. */
  #atHand(): Buffer | null {
    const { body } = this.#request;
    if (this.#head.expectsContinue || body.length === null || body.length > AT_ONCE_BYTES) return null;
    return body.atHand();
  }

  #allow(ms: number): void {
    this.#lateMs = this.#clock.elapsed() + ms;
  }

  #awaitClient(): void {
    this.#slowMs = this.#clock.elapsed() + this.#request.body.limits.uploadMs;
  }

  #startUpload(): void {
    clearTimeout(this.#continueTimer);
    if (this.#upload !== null || this.over) return;
    this.#awaitClient();
    const head = this.#head.expectsContinue ? "" : this.#head.text;
    this.#upload = new Upload(head, this.#request.body, this.#connection!.socket, this);
  }

  #readHead(bytes: Buffer): void {
    let rest = this.#partOfHead === null ? bytes : Buffer.concat([this.#partOfHead, bytes]);
    this.#partOfHead = null;
    while (rest.length > 0) {
      const head = answerHead(rest);
      if (head === null) {
        this.#partOfHead = rest;
        return;
      }
      rest = rest.subarray(head.bytes);
      if (head.status >= 200) return this.#answered(head, rest);
      this.#interim(head);
    }
  }

  #interim({ status, fields }: AnswerHead): void {
    if (status === 101) throw malformed("the server switched protocols unasked");
    if (status !== 100) this.#attempt.onInformational?.(status, without(endToEnd(fields), CONTENT_LENGTH));
    else if (this.#continueTimer !== undefined) this.#startUpload();
  }

  #answered(head: AnswerHead, rest: Buffer): void {
    const framing = framingOf(this.#request.method, head);
    const reader = readerOf(framing);
    const slices: Buffer[] = [];
    const used = reader.read(rest, (slice) => slices.push(slice));
    this.#framing = framing;
    this.#reader = reader;
    // Nothing is to be started any more by an answered request.
    if (this.#upload === null) clearTimeout(this.#continueTimer);
    const answer = { status: head.status, reason: head.reason, headers: endToEnd(head.fields) };
    if (reader.ended && reader.trailers.length === 0) {
      this.#resolve({ ...answer, body: slices.length === 1 ? slices[0]! : Buffer.concat(slices) });
      return this.#end(used === rest.length);
    }
    const body = (this.#body = new AnswerBody(this));
    this.#resolve({ ...answer, body, trailers: () => passableTrailers(reader.trailers) });
    for (const slice of slices) lend(slice, body);
    for (const slice of slices) this.#pass(slice);
    if (reader.ended) this.#end(used === rest.length);
  }

  #readBody(reader: BodyReader, bytes: Buffer): void {
    // What is read now is passed on or not needed any more, all of it.
    lend(bytes, this);
    const used = reader.read(bytes, (slice) => {
      lend(slice, this.#body!);
      this.#pass(slice);
    });
    giveBack(bytes, this);
    if (reader.ended) this.#end(used === bytes.length);
  }

  #pass(slice: Buffer): void {
    if (!this.#body!.push(slice)) this.#connection?.pause();
  }

  /** The answer is through. What follows it on the connection belongs to nobody, so that one is not used again. */
  #end(clean: boolean): void {
    this.#body?.push(null);
    if (!clean || !this.#framing!.keepAlive) return this.#leave();
    if (this.#sent) return this.#release();
    // Answered without having asked for the body: nobody will send it, and the connection would wait for it for ever.
    if (this.#upload === null) return this.#leave();
    // That the server ends it has to be heard, or nobody would until the client has sent the rest.
    this.#connection?.listen();
  }

  #release(): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.over = true;
    this.#connection = null;
    connection.listen();
    this.#pool.release(connection, this.#framing!.idleMs);
  }

  #fail(error: UpstreamError): void {
    this.#reject(error);
    this.#leave();
    if (!this.#reader?.ended) this.#body?.destroy(error);
  }

  #leave(): void {
    this.over = true;
    clearTimeout(this.#continueTimer);
    this.#upload?.stop();
    this.#connection?.destroy();
    this.#connection = null;
  }
}

function readerOf({ length }: Framing): BodyReader {
  if (length === "chunked") return new ChunkedBody();
  return length === "to-close" ? new UnsizedBody() : new SizedBody(length);
}
