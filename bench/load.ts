import { connect } from "node:net";
import { shapeNamed, type Shape } from "./shapes.ts";

/**
 * The clients, as a process of their own. Asked by messages for one round at a time: `closed` sends the next request of
 * a connection when its answer is there; `open` sends at a fixed rate whatever comes back.
 */

export interface Round {
  readonly kind: "closed" | "open";
  readonly port: number;
  readonly shape: string;
  readonly ms: number;
  readonly connections: number;
  /** Requests a second; of open rounds. */
  readonly rate: number;
}

export interface RoundResult {
  readonly answered: number;
  /** Connections that broke, and answers of another status or length. */
  readonly errors: number;
  readonly tookMs: number;
  /** Milliseconds of open rounds, counted from when a request was due. */
  readonly p50: number;
  readonly p99: number;
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");
const OK = Buffer.from("HTTP/1.1 200");

process.on("message", (round: Round) => {
  const running = round.kind === "closed" ? closed(round) : open(round);
  void running.then((result) => process.send!(result));
});

/** One connection. `onAnswer` is told of each answer, and whether it was the one it should be. */
class Client {
  readonly #socket;
  readonly #shape: Shape;
  readonly #onAnswer: (client: Client, good: boolean) => void;
  #left = 0;
  #asked = false;

  constructor(port: number, shape: Shape, onAnswer: (client: Client, good: boolean) => void) {
    this.#shape = shape;
    this.#onAnswer = onAnswer;
    // One buffer for all that is read: a new one each time would cost more than looking at it.
    const buffer = Buffer.allocUnsafe(256 * 1024);
    const onread = { buffer, callback: (bytes: number) => this.#read(buffer.subarray(0, bytes)) };
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true, onread });
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      if (this.#asked) this.#finish(false);
    });
  }

  ask(): void {
    this.#asked = true;
    this.#left = -1;
    this.#socket.write(this.#shape.request);
  }

  end(): void {
    this.#asked = false;
    this.#socket.destroy();
  }

  #read(bytes: Buffer): boolean {
    if (this.#left === -1) {
      const end = bytes.indexOf(END_OF_HEAD);
      if (end === -1 || bytes.compare(OK, 0, OK.length, 0, OK.length) !== 0) {
        this.#finish(false);
        return true;
      }
      this.#left = end + END_OF_HEAD.length + this.#shape.answerBodyBytes;
    }
    this.#left -= bytes.length;
    if (this.#left <= 0) this.#finish(this.#left === 0);
    return true;
  }

  #finish(good: boolean): void {
    this.#asked = false;
    this.#onAnswer(this, good);
  }
}

function closed({ port, shape, ms, connections }: Round): Promise<RoundResult> {
  const until = performance.now() + ms;
  const startedAt = performance.now();
  let answered = 0;
  let errors = 0;
  let open = connections;
  return new Promise((resolve) => {
    const onAnswer = (client: Client, good: boolean) => {
      if (good) answered += 1;
      else errors += 1;
      if (good && performance.now() < until) return client.ask();
      client.end();
      open -= 1;
      if (open > 0) return;
      resolve({ answered, errors, tookMs: performance.now() - startedAt, p50: 0, p99: 0 });
    };
    for (let i = 0; i < connections; i++) new Client(port, shapeNamed(shape), onAnswer).ask();
  });
}

/**
 * Requests become due every millisecond, as many as the rate asks for, and their latency counts from there on: one that
 * has to wait for a connection because others are slow has waited (no coordinated omission).
 */
function open({ port, shape, ms, connections, rate }: Round): Promise<RoundResult> {
  const startedAt = performance.now();
  const latencies: number[] = [];
  const due: number[] = [];
  const dueOf = new Map<Client, number>();
  let errors = 0;
  const idle: Client[] = [];
  const begin = (client: Client, dueAt: number) => {
    dueOf.set(client, dueAt);
    client.ask();
  };
  const onAnswer = (client: Client, good: boolean) => {
    if (good) latencies.push(performance.now() - dueOf.get(client)!);
    else errors += 1;
    const next = due.shift();
    if (next === undefined) idle.push(client);
    else begin(client, next);
  };
  const clients = Array.from({ length: connections }, () => new Client(port, shapeNamed(shape), onAnswer));
  idle.push(...clients);
  let made = 0;
  return new Promise((resolve) => {
    const ticking = setInterval(() => {
      const now = performance.now();
      for (; made < ((now - startedAt) * rate) / 1_000; made++) {
        const client = idle.pop();
        if (client === undefined) due.push(now);
        else begin(client, now);
      }
      if (now - startedAt < ms) return;
      clearInterval(ticking);
      for (const client of clients) client.end();
      const sorted = latencies.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
      resolve({ answered: latencies.length, errors, tookMs: now - startedAt, p50: at(0.5), p99: at(0.99) });
    }, 1);
  });
}
