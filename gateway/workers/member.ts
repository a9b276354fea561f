import cluster, { type Worker } from "node:cluster";
import type { WorkerProcess } from "../data-path.ts";
import { Asked } from "./asked.ts";
import type { Beginning, FromWorker, Report, ToWorker } from "./messages.ts";

/** One worker process, as the primary sees it. */
export class Member {
  /** Its place among the workers, from 1; its successor has the same. */
  readonly place: number;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  /** Resolves when it is gone, with how it ended, for people. */
  readonly ended: Promise<string>;
  /** Its port; null while it does not listen. */
  port: number | null = null;
  /** Resolves when it listens. */
  readonly listening: Promise<void>;
  /** True while another one has its place, so that nobody need take it when this one ends. */
  isSpare = false;
  /** True once it was told to end, so that its end is no loss. */
  isToEnd = false;
  /** Requests that it answered. */
  requests = 0;
  /** The newest that it said of itself. */
  state: Pick<
    Report,
    "breakers" | "copyBreakers" | "inFlight" | "copiesInFlight" | "problems" | "recordings"
  > = {
    problems: [],
    breakers: [],
    copyBreakers: [],
    inFlight: 0,
    copiesInFlight: 0,
    recordings: [],
  };
  readonly #worker: Worker;
  readonly #asked = new Asked();
  readonly #listens = Promise.withResolvers<void>();
  #hasBegun = false;
  #endsFor: string | null = null;

  constructor(place: number, now: number, hear: (message: FromWorker, from: Member) => void) {
    this.place = place;
    this.startedAt = now;
    this.#worker = cluster.fork();
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.listening = this.#listens.promise;
    this.#worker.once("exit", (code, signal) => {
      this.#asked.end();
      const seen = signal ? `it was ended by ${signal}` : `it exited with ${code}`;
      resolve(this.#endsFor ?? seen);
    });
    this.#worker.on("error", () => undefined);
    this.#worker.on("message", (message: FromWorker) => {
      if (message.say === "done") this.#asked.answered(message.number);
      else hear(message, this);
    });
  }

  get #hears(): boolean {
    return this.#hasBegun && this.#worker.isConnected();
  }

  get pid(): number {
    return this.#worker.process.pid ?? 0;
  }

  /** Says whether it answers clients, and is not to end. */
  get isAnswering(): boolean {
    return this.port !== null && !this.isToEnd;
  }

  get status(): WorkerProcess {
    const { place: worker, pid, startedAt, requests, isToEnd, port } = this;
    const state = isToEnd ? "draining" : port === null ? "starting" : "answering";
    return { worker, pid, state, startedAt, requests, breakers: this.state.breakers };
  }

  begin(beginning: Beginning): void {
    this.#hasBegun = true;
    this.tell({ do: "begin", beginning });
  }

  /** What is told before it begins is part of its beginning; whoever is gone hears nothing. */
  tell(message: ToWorker): void {
    if (this.#hears) this.#worker.send(message, undefined, () => undefined);
  }

  /** Resolves once it did what it was asked, or need not. */
  ask(question: (number: number) => ToWorker): Promise<void> {
    if (!this.#hears) return Promise.resolve();
    return this.#asked.ask((number) => this.tell(question(number)));
  }

  listens(port: number): void {
    this.port = port;
    this.#listens.resolve();
  }

  /** It is about to end for this reason. */
  cannotListen(why: string): void {
    this.#endsFor = why;
  }

  /** Lets it finish what is in flight. */
  drain(): void {
    this.isToEnd = true;
    if (this.port === null) this.kill();
    else this.tell({ do: "drain" });
  }

  /** Ends it at once; `why` is for people. */
  kill(why: string | null = null): void {
    this.#endsFor = why;
    this.#worker.process.kill("SIGKILL");
  }
}
