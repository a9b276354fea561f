import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { RequestBody } from "../body.ts";
import type { Delivery, Line, WholeAnswer } from "../line.ts";
import { sendSoon, type Sender } from "../send-soon.ts";
import { plainAnswer, type WrittenAnswer } from "./plain-answer.ts";
import type { PlainHead } from "./plain-head.ts";

/** What an exchange is part of. */
export interface PlainSettings {
  /** Milliseconds that an idle connection is kept. */
  readonly idleMs: number;
  /** Milliseconds in which nothing moves while an answer is on its way; then the connection is reset. */
  readonly stallMs: number;
}

const NOTHING = Buffer.alloc(0);

/** One request that came whole, and its answer. */
export class PlainExchange implements Line, Sender {
  readonly method: string;
  readonly url: string;
  readonly httpVersion = "1.1";
  readonly rawHeaders: string[];
  readonly socket: Socket;
  /** False when the connection ends with this answer. */
  keepAlive = true;
  readonly #settings: PlainSettings;
  readonly #body: Buffer;
  #res: ServerResponse | null = null;
  /** An answer that goes out as it is here. */
  #written: WrittenAnswer | null = null;
  #onSent: (delivery: Delivery | Promise<Delivery>) => void = () => undefined;

  constructor(socket: Socket, head: PlainHead, body: Buffer, settings: PlainSettings) {
    this.socket = socket;
    this.method = head.method;
    this.url = head.url;
    this.rawHeaders = head.rawHeaders;
    this.#body = body;
    this.#settings = settings;
  }

  get head(): this {
    return this;
  }

  body(): RequestBody {
    return RequestBody.of(this.#body);
  }

  /** True once a byte of the answer may have gone out. */
  get hasBegun(): boolean {
    return this.#res?.headersSent ?? this.#written !== null;
  }

  /** Has the connection end with this answer. */
  endWith(): void {
    this.keepAlive = false;
    if (this.#res !== null) this.#res.shouldKeepAlive = false;
  }

  get res(): ServerResponse {
    return (this.#res ??= this.#made());
  }

  sendWhole(answer: WholeAnswer): Delivery | Promise<Delivery> | null {
    // What was begun the other way goes on there.
    if (this.#res !== null) return null;
    const { keepAlive } = this;
    this.#written = plainAnswer(this.method, answer, { keepAlive, idleMs: this.#settings.idleMs });
    if (this.#written === null) return null;
    sendSoon(this);
    return new Promise((resolve) => (this.#onSent = resolve));
  }

  send(): void {
    const { socket } = this;
    const { text, rest } = this.#written!;
    if (!socket.writable) return this.#onSent("client-gone");
    if (rest === null) socket.write(text, "latin1");
    else {
      socket.cork();
      socket.write(text, "latin1");
      socket.write(rest);
      socket.uncork();
    }
    this.#onSent(socket.writableLength === 0 && !socket.destroyed ? "complete" : this.#flushed());
  }

  /** Until the client has taken what was written. */
  async #flushed(): Promise<Delivery> {
    const { socket } = this;
    socket.setTimeout(this.#settings.stallMs);
    const delivery = await new Promise<Delivery>((resolve) => {
      socket.write(NOTHING, (error) => resolve(error ? "client-gone" : "complete"));
    });
    socket.setTimeout(0);
    return delivery;
  }

  /** node:http's answer on this socket, with what its server else does around one. */
  #made(): ServerResponse {
    const { socket, method, url } = this;
    const req = Object.assign(new IncomingMessage(socket), {
      method,
      url,
      httpVersion: "1.1",
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      complete: true,
    });
    const res = new ServerResponse(req);
    res.shouldKeepAlive = this.keepAlive;
    res.assignSocket(socket);
    const onDrain = () => res.emit("drain");
    socket.on("drain", onDrain);
    socket.setTimeout(this.#settings.stallMs);
    res.once("finish", () => {
      socket.off("drain", onDrain);
      socket.setTimeout(0);
      res.detachSocket(socket);
      this.keepAlive &&= res.shouldKeepAlive;
      res.emit("close");
    });
    return res;
  }
}
