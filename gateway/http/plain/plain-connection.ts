import type { Socket } from "node:net";
import { systemClock } from "../../clock.ts";
import { closeInStages } from "../staged-close.ts";
import { PlainExchange, type PlainSettings } from "./plain-exchange.ts";
import { plainHead } from "./plain-head.ts";

/** What a connection needs of the listener it came in on. */
export interface PlainHost extends PlainSettings {
  /** Bytes of a request's head. */
  readonly headBytes: number;
  /** Milliseconds for the first byte of a connection. */
  readonly headMs: number;
  /** Has the request answered; settles when its answer is over. */
  run(exchange: PlainExchange): Promise<void>;
  /** Nothing is read here any more: node:http does, from what is unread on. */
  toNodeHttp(connection: PlainConnection): void;
  /** Tells the client why nothing can be made of what it sent, or did not send. `code` is one of node:http's. */
  unreadable(connection: PlainConnection, code: string): void;
  gone(connection: PlainConnection): void;
}

/** How long a client may go on sending behind its last answer. */
const LINGER_MS = 2_000;

/** How long a request may come in pieces before node:http has the watch over it. */
const PIECES_MS = 1_000;

/** A connection as long as all its requests are plain, one at a time. */
export class PlainConnection {
  readonly socket: Socket;
  readonly #host: PlainHost;
  /** What has come and was not read. */
  #unread: Buffer | null = null;
  #current: PlainExchange | null = null;
  #answered = false;
  #ending = false;
  /** Monotonic milliseconds since when the client is waited for. */
  #sinceMs: number;

  constructor(socket: Socket, host: PlainHost, nowMs: number) {
    this.socket = socket;
    this.#host = host;
    this.#sinceMs = nowMs;
    socket.on("data", this.#onData).on("end", this.#onEnd).on("timeout", this.#onTimeout);
    socket.on("error", this.#onError).on("close", this.#onClose);
  }

  /** The request that is being answered. */
  get current(): PlainExchange | null {
    return this.#current;
  }

  /** Asked now and then (monotonic milliseconds): who is silent for too long goes, who is slow is for node:http. */
  check(nowMs: number): void {
    if (this.#current !== null) return;
    const silentMs = nowMs - this.#sinceMs;
    const { headMs, idleMs } = this.#host;
    if (this.#unread !== null) {
      if (silentMs >= Math.min(PIECES_MS, headMs / 4)) this.#leave();
    } else if (this.#answered) {
      if (silentMs >= idleMs) this.socket.destroy();
    } else if (silentMs >= headMs) this.#host.unreadable(this, "ERR_HTTP_REQUEST_TIMEOUT");
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#unread = this.#unread === null ? bytes : Buffer.concat([this.#unread, bytes]);
    if (this.#current === null) this.#read();
    else this.socket.pause();
  };

  /** One request at a time: what is sent ahead waits, and its sender with it. */
  readonly #read = (): void => {
    const { socket } = this;
    const bytes = this.#unread;
    if (bytes === null || this.#current !== null || socket.destroyed) return;
    const head = plainHead(bytes, this.#host.headBytes);
    if (head === null) return this.#leave();
    if (head === "more") return void (socket.isPaused() && socket.resume());
    this.#unread = head.end === bytes.length ? null : bytes.subarray(head.end);
    if (this.#unread !== null) socket.pause();
    const exchange = new PlainExchange(socket, head, bytes.subarray(head.bodyBegin, head.end), this.#host);
    this.#current = exchange;
    void this.#host.run(exchange).then(this.#onOver);
  };

  readonly #onOver = (): void => {
    const { socket } = this;
    const exchange = this.#current;
    this.#current = null;
    this.#answered = true;
    if (socket.destroyed) return;
    if (exchange?.keepAlive !== true) return this.end();
    this.#sinceMs = systemClock.elapsed();
    // Not at once: between two requests of one client, all others have their turn.
    if (this.#unread !== null) setImmediate(this.#read);
    else if (socket.isPaused()) socket.resume();
  };

  /** To be called when no answer is owed any more. */
  end(): void {
    const { socket } = this;
    if (this.#ending) return;
    this.#ending = true;
    if (this.#unread === null) return socket.destroySoon();
    this.#unread = null;
    socket.off("data", this.#onData);
    closeInStages(socket, LINGER_MS);
  }

  readonly #onEnd = (): void => {
    if (this.#current === null && this.#unread !== null) this.#host.unreadable(this, "HPE_INVALID_EOF_STATE");
    // As node:http does: who ends its half is not answered any more.
    else this.socket.end();
  };

  readonly #onTimeout = (): void => {
    if (this.#current?.hasBegun) this.socket.resetAndDestroy();
  };

  readonly #onError = (): void => {
    this.socket.destroy();
  };

  readonly #onClose = (): void => this.#host.gone(this);

  #leave(): void {
    const { socket } = this;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("timeout", this.#onTimeout);
    socket.off("error", this.#onError).off("close", this.#onClose);
    socket.pause();
    const unread = this.#unread;
    // From here on it is somebody else's: what waits for its turn here must not find it.
    this.#unread = null;
    if (unread !== null) socket.unshift(unread);
    this.#host.gone(this);
    this.#host.toNodeHttp(this);
    socket.resume();
  }
}
