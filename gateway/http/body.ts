import { pipeline, Readable, Transform } from "node:stream";
import type { HeaderList } from "./headers.ts";
import { MIN_PROGRESS_BYTES, SAFE_LIMITS, type EdgeLimits } from "./limits.ts";

/** Where a body comes from. */
export interface BodySource {
  readonly stream: Readable;
  /** Bytes by Content-Length, or null when the length is not known ahead (chunked). */
  readonly length: number | null;
  /** Runs before the first byte is asked for: that is when `100 Continue` is due (RFC 9110 §10.1.1). */
  readonly onFirstRead?: () => void;
  /** Trailer fields, once the stream has ended. */
  readonly trailers?: () => HeaderList;
  /** Safe ones unless given. */
  readonly limits?: BodyLimits;
}

/** How much a body may bring, and how slowly. */
export type BodyLimits = Pick<EdgeLimits, "bodyBytes" | "uploadMs">;

/** Where a copy of a body goes while it passes. */
export interface BodySink {
  add(chunk: Buffer): void;
}

/** How long a client may stop in the middle of its body, unless a body says otherwise. */
export const BODY_IDLE_MS = SAFE_LIMITS.uploadMs;

/** The client stopped in the middle of its body, or nearly so. */
export class SlowClient extends Error {
  constructor(ms: number) {
    super(`less than ${MIN_PROGRESS_BYTES} bytes came from the client in ${ms} ms`);
  }
}

/** Tells progress from a trickle. */
export class Pace {
  #uncounted = 0;

  /** True when enough has come since it was last true. */
  advances(bytes: number): boolean {
    this.#uncounted += bytes;
    if (this.#uncounted < MIN_PROGRESS_BYTES) return false;
    this.#uncounted = 0;
    return true;
  }
}

/**
 * A request body that streams by default and can be read whole, with a cap, where a step needs that (a function's
 * event). Reading it whole loses nothing: `stream()` then begins with what was read, so an oversized or failed
 * attempt can still be answered by the other side.
 */
export class RequestBody {
  /** Bytes by Content-Length, 0 when there is no body, null when the length is not known ahead (chunked). */
  readonly length: number | null;
  readonly #source: BodySource | null;
  #read: Buffer[] = [];
  #readBytes = 0;
  #begun = false;
  #ended: boolean;
  #streamed = false;
  #arrived = false;
  #onRead: (() => void) | undefined;
  #sink: BodySink | undefined;

  private constructor(source: BodySource | null, bytes: Buffer | null) {
    this.#source = source;
    this.#ended = source === null;
    this.length = source === null ? (bytes?.length ?? 0) : source.length;
    if (bytes !== null) this.#read.push(bytes);
  }

  static readonly empty = new RequestBody(null, null);

  static from(source: BodySource): RequestBody {
    return new RequestBody(source, null);
  }

  static of(bytes: Buffer): RequestBody {
    return new RequestBody(null, bytes);
  }

  get limits(): BodyLimits {
    return this.#source?.limits ?? SAFE_LIMITS;
  }

  /** True while the body can still be sent from its first byte. */
  get replayable(): boolean {
    return !this.#streamed;
  }

  /** True once the last byte has come from the client. */
  get ended(): boolean {
    return this.#ended || this.#arrived;
  }

  /** Reads away what nobody asked for. A body on its way to an upstream goes on. */
  discard(): void {
    if (!this.#ended && !this.#streamed) this.#source!.stream.resume();
  }

  /** Has what is streamed from now on copied, without holding it up. What is read whole can be read whole again. */
  copyInto(sink: BodySink): void {
    this.#sink = sink;
  }

  /** The whole body, or null when it is larger than `maxBytes`. Rejects when the client breaks off. */
  async whole(maxBytes: number): Promise<Buffer | null> {
    if (this.length !== null && this.length > maxBytes) return null;
    if (!this.#ended) await this.#readUpTo(maxBytes);
    return this.#readBytes > maxBytes ? null : this.atHand();
  }

  /** The whole body where all of it has come, or null. */
  atHand(): Buffer | null {
    if (!this.#ended) return null;
    if (this.#read.length > 1) this.#read = [Buffer.concat(this.#read)];
    return this.#read[0] ?? Buffer.alloc(0);
  }

  /** The body from its first byte. A body that was not read whole can be streamed once. */
  stream(): Readable {
    if (this.#ended) return Readable.from(this.#read, { objectMode: false });
    if (this.#streamed) throw new Error("this request body was streamed already and is gone");
    this.#streamed = true;
    const { stream } = this.#begin();
    stream.once("end", () => {
      this.#arrived = true;
      this.#onRead?.();
    });
    while (this.#read.length > 0) stream.unshift(this.#read.pop()!);
    return this.#sink === undefined ? stream : tapped(stream, this.#sink);
  }

  /** Calls back once the last byte has come from the client; not at all when there is no body to wait for. */
  whenRead(callback: () => void): void {
    this.#onRead = callback;
  }

  /** Trailer fields, once the body was read to its end. */
  trailers(): HeaderList {
    return this.#source?.trailers?.() ?? [];
  }

  #begin(): BodySource {
    const source = this.#source!;
    if (!this.#begun) source.onFirstRead?.();
    this.#begun = true;
    return source;
  }

  #readUpTo(maxBytes: number): Promise<void> {
    const { stream } = this.#begin();
    return new Promise((resolve, reject) => {
      const { uploadMs } = this.limits;
      const idle = setTimeout(() => settle(new SlowClient(uploadMs)), uploadMs);
      const pace = new Pace();
      const settle = (error?: Error) => {
        clearTimeout(idle);
        stream.off("data", onData).off("end", onEnd).off("error", settle).off("close", onClose);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onData = (chunk: Buffer) => {
        if (pace.advances(chunk.length)) idle.refresh();
        this.#read.push(chunk);
        this.#readBytes += chunk.length;
        if (this.#readBytes <= maxBytes) return;
        stream.pause();
        settle();
      };
      const onEnd = () => {
        this.#ended = true;
        this.#onRead?.();
        settle();
      };
      const onClose = () => settle(new Error("the client broke off while sending its body"));
      stream.on("data", onData).on("end", onEnd).on("error", settle).on("close", onClose);
    });
  }
}

/** The same stream; a listener of its own would start it before anybody is ready to read. */
function tapped(stream: Readable, sink: BodySink): Readable {
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sink.add(chunk);
      done(null, chunk);
    },
  });
  // Its reader is told by the tap itself.
  return pipeline(stream, tap, () => undefined);
}
