import { setTimeout as sleep } from "node:timers/promises";
import { TooEarly } from "./configuration-session.ts";
import type { FlagHealth, FlagSnapshot, FlagSource } from "./flag-source.ts";
import { FlagsInUse, inWords, type FlagsInUseOptions } from "./flags-in-use.ts";
import { PollPace } from "./poll-pace.ts";
import { limited } from "./time-limit.ts";

/** Where flags are, asked again and again while a source runs. */
export interface PolledPlace {
  /** Asks once, and takes or rejects what comes; gives for how long the place wants to be left alone. Rejects when it cannot be asked. */
  ask(stopping: AbortSignal): Promise<number>;
  /** Waits for the next time; all of it unless told. */
  wait?(ms: number, stopping: AbortSignal): Promise<void>;
  close(): void | Promise<void>;
}

/** How long a start waits for flags. */
const START_MS = 3_000;

/** Flags asked for at a pace. Whatever goes wrong, the last good ones stay in use: this process's, or the kept ones. */
export class PolledFlags implements FlagSource {
  readonly #flags: FlagsInUse;
  readonly #pollMs: number;
  readonly #open: (flags: FlagsInUse) => PolledPlace;
  #running: { readonly stopping: AbortController; readonly ended: Promise<void> } | null = null;

  /** Opened by each start, and closed by the stop. */
  constructor(options: FlagsInUseOptions, pollMs: number, open: (flags: FlagsInUse) => PolledPlace) {
    this.#flags = new FlagsInUse(options);
    this.#pollMs = pollMs;
    this.#open = open;
  }

  current(): FlagSnapshot {
    return this.#flags.current();
  }

  health(): FlagHealth {
    return this.#flags.health();
  }

  async start(): Promise<void> {
    if (this.#running !== null) return;
    const stopping = new AbortController();
    const tried = Promise.withResolvers<void>();
    this.#running = { stopping, ended: this.#run(stopping.signal, tried.resolve) };
    try {
      await limited(START_MS, stopping.signal, () => tried.promise);
    } catch {
      if (this.#flags.undecided) this.#flags.reject(`it has not answered within ${START_MS} ms yet`);
    }
  }

  async stop(): Promise<void> {
    this.#running?.stopping.abort();
    await this.#running?.ended;
    this.#running = null;
  }

  async #run(stopping: AbortSignal, tried: () => void): Promise<void> {
    await this.#flags.recall();
    const place = this.#open(this.#flags);
    const pace = new PollPace(this.#pollMs);
    while (!stopping.aborted) {
      const waitMs = await this.#attempt(place, pace, stopping);
      tried();
      await (place.wait?.(waitMs, stopping) ?? rest(waitMs, stopping));
    }
    await place.close();
  }

  /** How long to wait after it. */
  async #attempt(place: PolledPlace, pace: PollPace, stopping: AbortSignal): Promise<number> {
    try {
      const intervalMs = await place.ask(stopping);
      await this.#flags.keep();
      return pace.succeeded(intervalMs);
    } catch (error) {
      if (stopping.aborted) return 0;
      if (error instanceof TooEarly) return pace.tooEarly();
      this.#flags.reject(`it cannot be read: ${inWords(error)}`);
      return pace.failed();
    }
  }
}

/** Resolves later, or when told to end, which whoever waits sees by itself. */
export async function rest(ms: number, ending: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: ending }).catch(() => undefined);
}
