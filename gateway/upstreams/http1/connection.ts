import type { Socket } from "node:net";
import { TurnShare } from "../../http/turn-share.ts";
import type { Dialer } from "./dial.ts";

/** Who has the use of a connection, and hears of it. */
export interface ConnectionUser {
  /** Bytes of a request can leave now. Not told of a connection that was ready already. */
  onReady(): void;
  onData(bytes: Buffer): void;
  /** What was written is on its way: there is room for more. */
  onDrain(): void;
  /** The server sends no more. `error` is null when it said so itself. */
  onClosed(error: Error | null): void;
  /** Looks at the time (monotonic milliseconds); asked some twenty times a second. */
  check(nowMs: number): void;
}

/**
 * A socket that serves one user after the other. Its listeners are set once and stay: adding and removing them for each
 * request would cost more than writing the request.
 */
export class Connection {
  readonly socket: Socket;
  /** False while not a byte of a request can have left. */
  ready = false;
  /** True once a request was answered on it: the server may have let go of it by now. */
  reused = false;
  /** Monotonic milliseconds until which an idle connection is worth keeping. */
  idleUntilMs = 0;
  /** Monotonic milliseconds after which it is no use waiting for it to become ready. */
  lateMs = Number.POSITIVE_INFINITY;
  user: ConnectionUser | null = null;
  /** On whose account it is in use; stays until the socket is closed. */
  tenant: { held: number } | null = null;
  /** True while its user wants no more. */
  #held = false;
  /** True while it waits for the others to have had their turn. */
  #rests = false;
  readonly #share = new TurnShare();

  /** `onGone` runs when it can no longer be used, once. */
  constructor(dialer: Dialer, onGone: () => void) {
    this.socket = dialer.dial({
      onReady: () => {
        this.ready = true;
        this.user?.onReady();
      },
      onData: (bytes) => this.#onData(bytes),
    });
    let failure: Error | null = null;
    this.socket
      .on("drain", () => this.user?.onDrain())
      .on("error", (error) => {
        failure = error;
        // An error of TLS alone leaves the socket open.
        this.socket.destroy();
      })
      .on("end", () => this.#closed(null))
      .once("close", () => {
        this.#closed(failure);
        onGone();
      });
  }

  /** Brings no more until `resume`. */
  pause(): void {
    this.#held = true;
    this.socket.pause();
  }

  resume(): void {
    this.#held = false;
    if (!this.#rests && this.socket.isPaused()) this.socket.resume();
  }

  /** Has nothing more to bring to its user. It rests no longer: a server that ends it now is to be heard at once. */
  listen(): void {
    this.#rests = false;
    this.resume();
  }

  /** Ends it as one that never became ready. */
  giveUp(): void {
    this.socket.destroy(Object.assign(new Error("the connection took too long"), { code: "ETIMEDOUT" }));
  }

  /** Ends it for its user, who hears no more of it. */
  destroy(): void {
    this.user = null;
    this.socket.destroy();
  }

  #onData(bytes: Buffer): void {
    // Nobody asked for anything: whatever this is, it must not become somebody's answer.
    if (this.user === null) return void this.socket.destroy();
    if (this.#share.isSpent(bytes.length, this.#onTurn)) this.#rest();
    try {
      this.user.onData(bytes);
    } catch (error) {
      // Node would read on into memory that was handed on.
      this.socket.destroy();
      throw error;
    }
  }

  #rest(): void {
    this.#rests = true;
    this.socket.pause();
  }

  readonly #onTurn = (): void => {
    this.#rests = false;
    if (!this.#held) this.resume();
  };

  #closed(error: Error | null): void {
    this.user?.onClosed(error);
    this.destroy();
  }
}
