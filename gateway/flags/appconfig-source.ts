import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import { servedFlags } from "./appconfig-document.ts";
import {
  TooEarly,
  type AppConfigAddress,
  type ConfigurationSession,
  type PolledConfiguration,
} from "./configuration-session.ts";
import { errorCode } from "./error-code.ts";
import { NO_FLAGS, type FlagHealth, type FlagSnapshot, type FlagSource } from "./flag-source.ts";
import { keepFlags, keptFlags, type KeptFlags } from "./last-known-good.ts";
import { PollPace } from "./poll-pace.ts";
import { limited } from "./time-limit.ts";

export interface AppConfigFlagsOptions extends AppConfigAddress {
  /** Polls come no faster, whatever the service allows; 15 s, the least that AppConfig grants, unless told. */
  readonly pollMs?: number;
  /** Where the newest good flags are kept for a start without AppConfig. */
  readonly cacheFile: string;
  readonly clock: Clock;
  /** A new snapshot is in use, the first one included. */
  readonly onChange?: (snapshot: FlagSnapshot) => void;
  /** AppConfig or what it serves could not be used; said once for each problem in a row. */
  readonly onRejected?: (problem: string) => void;
}

const POLL_MS = 15_000;
/** How long a start waits for flags. */
const START_MS = 3_000;
/** One attempt, a new session included. */
const ATTEMPT_MS = 10_000;

const NOT_ASKED: FlagHealth = { fresh: false, lastReadAt: null, problem: "AppConfig was not asked yet" };

/** Flags polled from AppConfig. Whatever goes wrong, the last good ones stay in use: this process's, or the kept ones. */
export class AppConfigFlagSource implements FlagSource {
  readonly #options: AppConfigFlagsOptions;
  readonly #open: (pollMs: number) => ConfigurationSession;
  #snapshot = NO_FLAGS;
  /** The text behind the snapshot; null before there was any. */
  #inUse: string | null = null;
  #kept: KeptFlags | null = null;
  #health = NOT_ASKED;
  /** What is wrong now, to be said once; null when nothing is. */
  #problem: string | null = null;
  /** What is wrong with what AppConfig serves, for as long as that stays unchanged; null when nothing is. */
  #servedProblem: string | null = "it serves nothing: deploy a configuration";
  #running: { readonly stopping: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(options: AppConfigFlagsOptions, open: (pollMs: number) => ConfigurationSession) {
    this.#options = options;
    this.#open = open;
  }

  current(): FlagSnapshot {
    return this.#snapshot;
  }

  health(): FlagHealth {
    return this.#health;
  }

  async start(): Promise<void> {
    if (this.#running !== null) return;
    const stopping = new AbortController();
    const tried = Promise.withResolvers<void>();
    this.#running = { stopping, ended: this.#run(stopping.signal, tried.resolve) };
    try {
      await limited(START_MS, stopping.signal, () => tried.promise);
    } catch {
      if (this.#health === NOT_ASKED) this.#reject(`it has not answered within ${START_MS} ms yet`);
    }
  }

  async stop(): Promise<void> {
    this.#running?.stopping.abort();
    await this.#running?.ended;
    this.#running = null;
  }

  async #run(stopping: AbortSignal, tried: () => void): Promise<void> {
    const { cacheFile, pollMs = POLL_MS } = this.#options;
    this.#kept = await keptFlags(cacheFile);
    const session = this.#open(pollMs);
    const pace = new PollPace(pollMs);
    while (!stopping.aborted) {
      const waitMs = await this.#attempt(session, pace, stopping);
      tried();
      // Rejects when stopped, which the loop sees by itself.
      await sleep(waitMs, undefined, { signal: stopping }).catch(() => undefined);
    }
    session.close();
  }

  /** One poll; how long to wait after it. */
  async #attempt(session: ConfigurationSession, pace: PollPace, stopping: AbortSignal): Promise<number> {
    try {
      const polled = await limited(ATTEMPT_MS, stopping, (signal) => session.poll(signal));
      this.#take(polled);
      await this.#keep();
      return pace.succeeded(polled.intervalMs);
    } catch (error) {
      if (stopping.aborted) return 0;
      if (error instanceof TooEarly) return pace.tooEarly();
      this.#reject(`it cannot be read: ${inWords(error)}`);
      return pace.failed();
    }
  }

  #take({ content, contentType }: PolledConfiguration): void {
    if (content !== null) {
      const served = servedFlags(content, contentType);
      this.#servedProblem = served.ok ? null : served.problem;
      if (served.ok) this.#use(served);
    }
    if (this.#servedProblem !== null) return this.#reject(this.#servedProblem);
    this.#problem = null;
    this.#health = { fresh: true, lastReadAt: this.#options.clock.now(), problem: null };
  }

  #use({ text, snapshot }: KeptFlags): void {
    if (text === this.#inUse) return;
    this.#inUse = text;
    this.#snapshot = snapshot;
    this.#options.onChange?.(snapshot);
  }

  async #keep(): Promise<void> {
    const text = this.#inUse;
    if (text === null || text === this.#kept?.text) return;
    this.#kept = { text, snapshot: this.#snapshot };
    const { cacheFile, onRejected } = this.#options;
    try {
      await keepFlags(cacheFile, text);
    } catch (error) {
      onRejected?.(
        `flags cannot be kept for a start without AppConfig: ${inWords(error)}; make ${cacheFile} writable`,
      );
    }
  }

  #reject(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (this.#inUse === null && this.#kept !== null) this.#use(this.#kept);
    const { application, environment, profile, onRejected } = this.#options;
    const said = `AppConfig ${application}/${environment}/${profile}: ${problem}\n${this.#consequence()}`;
    this.#health = { fresh: false, lastReadAt: this.#health.lastReadAt, problem: said };
    onRejected?.(said);
  }

  #consequence(): string {
    if (this.#inUse === null) return "no flags are known: every route is in the stage that routes.yaml names";
    const { lastReadAt } = this.#health;
    const kept = lastReadAt === null ? `, kept in ${this.#options.cacheFile},` : "";
    return `version ${this.#snapshot.version}${kept} stays in use`;
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || errorCode(error) || error.name;
}
