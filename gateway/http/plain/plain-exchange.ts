import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { RequestBody } from "../body.ts";
import type { Answer, Delivery, Line } from "../line.ts";
import { sendSoon, type Sender } from "../send-soon.ts";
import { plainAnswer } from "./plain-answer.ts";
import type { PlainHead } from "./plain-head.ts";
import { flushed, streamInto } from "./stream-into.ts";

/** What an exchange is part of. */
export interface PlainSettings {
  /** Milliseconds that an idle connection is kept. */
  readonly idleMs: number;
  /** Milliseconds in which nothing moves while an answer is on its way; then the connection is reset. */
  readonly stallMs: number;
}

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
  /** What goes out without node:http, or the head of it. */
  #text: string | null = null;
  #rest: Buffer | null = null;
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

  readonly isDirect = true;

  /** True once a byte of the answer may have gone out. */
  get hasBegun(): boolean {
    return this.#res?.headersSent ?? this.#text !== null;
  }

  /** Has the connection end with this answer. */
  endWith(): void {
    this.keepAlive = false;
    if (this.#res !== null) this.#res.shouldKeepAlive = false;
  }

  get res(): ServerResponse {
    return (this.#res ??= this.#made());
  }

  send(answer: Answer): Promise<Delivery> | null {
    // What was begun the other way goes on there.
    if (this.#res !== null) return null;
    const { idleMs } = this.#settings;
    const written = plainAnswer(this.method, answer, { keepAlive: this.keepAlive, idleMs });
    if (written === null) return null;
    const { text, rest, length } = written;
    this.#text = text;
    if (rest instanceof Readable) return this.#watched(streamInto(this.socket, text, rest, length));
    this.#rest = rest;
    sendSoon(this);
    return new Promise((resolve) => (this.#onSent = resolve));
  }

  sendNow(): void {
    const { socket } = this;
    if (!socket.writable) return this.#onSent("client-gone");
    if (this.#rest === null) socket.write(this.#text!, "latin1");
    else {
      socket.cork();
      socket.write(this.#text!, "latin1");
      socket.write(this.#rest);
      socket.uncork();
    }
    const isOut = socket.writableLength === 0 && !socket.destroyed;
    this.#onSent(isOut ? "complete" : this.#watched(flushed(socket)));
  }

  /** With an eye on the client, who is to take what is sent. */
  async #watched(delivery: Promise<Delivery>): Promise<Delivery> {
    this.socket.setTimeout(this.#settings.stallMs);
    const how = await delivery;
    this.socket.setTimeout(0);
    return how;
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
