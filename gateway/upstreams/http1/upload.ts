import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { Pace, type RequestBody } from "../../http/body.ts";
import { trailerSection } from "./request-head.ts";

/** What is small goes out in one write with what stands around it, which is cheaper than several. */
const ONE_WRITE_BYTES = 16 * 1024;

/** How a body's way to the server goes. */
export interface UploadWatcher {
  /** Enough has come to speak of progress. */
  onProgress(): void;
  /** More has come than clients may send. */
  onTooLarge(): void;
  /** Its last byte was written. */
  onSent(): void;
  /** The client broke off in the middle of it. */
  onBroken(): void;
}

/** A request's body on its way from the client into a socket, no faster than the socket takes it. */
export class Upload {
  readonly #body: RequestBody;
  readonly #socket: Socket;
  readonly #watcher: UploadWatcher;
  readonly #source: Readable;
  readonly #pace = new Pace();
  /** What goes out before the first byte, and with it: a request that breaks off at once was never sent. */
  #head: string;
  #sentBytes = 0;
  #over = false;

  /** Begins at once: from here on, the body is gone for everybody else. `head` is empty when it was sent already. */
  constructor(head: string, body: RequestBody, socket: Socket, watcher: UploadWatcher) {
    this.#head = head;
    this.#body = body;
    this.#socket = socket;
    this.#watcher = watcher;
    this.#source = body.stream();
    this.#source
      .on("data", (chunk: Buffer) => this.#send(chunk))
      .on("end", () => this.#end())
      .on("error", () => this.#break())
      .on("close", () => this.#break())
      // A body that was begun for another upstream was stopped by its reader.
      .resume();
    // One that broke off before anybody listened says so no more.
    if (this.#source.destroyed && !this.#source.readableEnded) this.#break();
  }

  /** True while it is the client, and not the server, that is waited for. */
  get clientOwes(): boolean {
    return !this.#over && !this.#source.isPaused();
  }

  /** The socket has room again. */
  resume(): void {
    if (!this.#over) this.#source.resume();
  }

  /** Sends no more. The rest is read away, or the client's connection would be stuck in it. */
  stop(): void {
    this.#over = true;
    this.#source.resume();
  }

  #send(chunk: Buffer): void {
    if (this.#over || chunk.length === 0) return;
    this.#sentBytes += chunk.length;
    const { length, limits } = this.#body;
    if (this.#sentBytes > limits.bodyBytes) return this.#watcher.onTooLarge();
    if (this.#pace.advances(chunk.length)) this.#watcher.onProgress();
    if (length !== null && this.#sentBytes > length) return this.#break();
    const framed = length === null;
    const before = this.#takeHead() + (framed ? `${chunk.length.toString(16)}\r\n` : "");
    if (!writeTogether(this.#socket, before, chunk, framed ? "\r\n" : "")) this.#source.pause();
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = "";
    return head;
  }

  #end(): void {
    if (this.#over) return;
    if (this.#body.length === null) {
      this.#socket.write(`${this.#takeHead()}0\r\n${trailerSection(this.#body.trailers())}`, "latin1");
    } else if (this.#sentBytes !== this.#body.length) return this.#break();
    this.#over = true;
    this.#watcher.onSent();
  }

  #break(): void {
    if (this.#over) return;
    this.#over = true;
    this.#watcher.onBroken();
  }
}

/** Writes a piece of a body and what stands around it. False when there is no room for more. */
export function writeTogether(socket: Socket, before: string, chunk: Buffer, behind: string): boolean {
  if (before === "" && behind === "") return socket.write(chunk);
  if (chunk.length === 0) return socket.write(before + behind, "latin1");
  if (chunk.length <= ONE_WRITE_BYTES) {
    return socket.write(before + chunk.toString("latin1") + behind, "latin1");
  }
  socket.cork();
  socket.write(before, "latin1");
  const hasRoom = socket.write(chunk);
  if (behind !== "") socket.write(behind, "latin1");
  socket.uncork();
  return hasRoom;
}
