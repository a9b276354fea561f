import { setTimeout as sleep } from "node:timers/promises";
import { StandardResolutionReasons, type Provider } from "@openfeature/server-sdk";
import type { Clock } from "../clock.ts";
import { documentText, NO_DOCUMENT } from "../openfeature/document-text.ts";
import { listenTo } from "../openfeature/provider-events.ts";
import { parseFlags } from "./document.ts";
import { errorCode } from "./error-code.ts";
import { NO_FLAGS, type FlagHealth, type FlagSnapshot, type FlagSource } from "./flag-source.ts";
import { keepFlags, keptFlags, type KeptFlags } from "./last-known-good.ts";
import { PollPace } from "./poll-pace.ts";
import { limited } from "./time-limit.ts";

export interface OpenFeatureFlagsOptions {
  /** One of this source's own: initialized by its start, closed by its stop, registered nowhere. Its hooks do not run. */
  readonly provider: Provider;
  /** The object flag whose value is the flag document; "banyan" unless told. */
  readonly flagKey?: string;
  readonly clock: Clock;
  /** How often a provider that says nothing is asked; 30 s unless told. */
  readonly pollMs?: number;
  /** Where the newest good flags are kept for a start without the provider; nowhere unless told. */
  readonly cacheFile?: string;
  /** A new snapshot is in use, the first one included. */
  readonly onChange?: (snapshot: FlagSnapshot) => void;
  /** The provider or what it holds could not be used; said once for each problem in a row. */
  readonly onRejected?: (problem: string) => void;
}

const POLL_MS = 30_000;
/** How long a start waits for flags. */
const START_MS = 3_000;
/** How long a provider may take for anything: to initialize, to evaluate, to close. */
const ANSWER_MS = 5_000;
/** Between two evaluations, however many events come. */
const REST_MS = 100;

const NOT_ASKED: FlagHealth = { fresh: false, lastReadAt: null, problem: "the provider was not asked yet" };
const SILENT = { error() {}, warn() {}, info() {}, debug() {} };

/** Flags in any system with an OpenFeature provider: one document in one object flag, never evaluated for a request. */
export function openFeatureFlags(options: OpenFeatureFlagsOptions): FlagSource {
  return new OpenFeatureFlagSource(options);
}

class OpenFeatureFlagSource implements FlagSource {
  readonly #options: OpenFeatureFlagsOptions;
  readonly #flagKey: string;
  #snapshot = NO_FLAGS;
  /** The text behind the snapshot; null before there was any. */
  #inUse: string | null = null;
  #kept: KeptFlags | null = null;
  #health = NOT_ASKED;
  /** What is wrong now, to be said once; null when nothing is. */
  #problem: string | null = null;
  /** What the provider itself says is wrong with it; null when nothing is. */
  #complaint: string | null = null;
  #initialized: Promise<void> | null = null;
  /** Ends the wait for the next evaluation. */
  #waiting = new AbortController();
  #running: { readonly stopping: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(options: OpenFeatureFlagsOptions) {
    this.#options = options;
    this.#flagKey = options.flagKey ?? "banyan";
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
      if (this.#health === NOT_ASKED) this.#reject(`it was not evaluated within ${START_MS} ms`);
    }
  }

  async stop(): Promise<void> {
    this.#running?.stopping.abort();
    await this.#running?.ended;
    this.#running = null;
  }

  async #run(stopping: AbortSignal, tried: () => void): Promise<void> {
    const { provider, cacheFile, pollMs = POLL_MS } = this.#options;
    if (cacheFile !== undefined) this.#kept = await keptFlags(cacheFile);
    const stopListening = listenTo(provider, (complaint) => {
      this.#complaint = complaint;
      this.#waiting.abort();
    });
    const pace = new PollPace(pollMs);
    while (!stopping.aborted) {
      const waitMs = await this.#attempt(pace, stopping);
      tried();
      await sleep(REST_MS, undefined, { signal: stopping }).catch(() => undefined);
      const ending = AbortSignal.any([stopping, this.#waiting.signal]);
      await sleep(waitMs, undefined, { signal: ending }).catch(() => undefined);
    }
    stopListening();
    this.#initialized = null;
    const never = new AbortController().signal;
    await limited(ANSWER_MS, never, async () => provider.onClose?.()).catch(() => undefined);
  }

  /** One evaluation; how long to wait after it. */
  async #attempt(pace: PollPace, stopping: AbortSignal): Promise<number> {
    const { provider } = this.#options;
    try {
      await limited(ANSWER_MS, stopping, () => (this.#initialized ??= this.#initialize(provider)));
      // Made before, so that what is said during an evaluation leads to another one.
      this.#waiting = new AbortController();
      const details = await limited(ANSWER_MS, stopping, async () =>
        provider.resolveObjectEvaluation(this.#flagKey, NO_DOCUMENT, {}, SILENT),
      );
      this.#take(documentText(details), details.reason === StandardResolutionReasons.STALE);
      await this.#keep();
      return pace.succeeded(0);
    } catch (error) {
      if (stopping.aborted) return 0;
      const also = this.#complaint === null ? "" : `; ${this.#complaint}`;
      this.#reject(`it cannot be read: ${inWords(error)}${also}`);
      return pace.failed();
    }
  }

  /** A provider that failed to initialize may be asked all the same, and says by an event when it has recovered. */
  async #initialize(provider: Provider): Promise<void> {
    try {
      // Never before it is known as #initialized: some throw at once.
      await Promise.resolve();
      await provider.initialize?.({});
      this.#complaint = null;
      // It may have taken longer than anybody has waited for it.
      this.#waiting.abort();
    } catch (error) {
      this.#complaint = `the provider did not initialize: ${inWords(error)}`;
      // One without events could never say so: the next attempt initializes it again.
      if (provider.events === undefined) this.#initialized = null;
    }
  }

  #take(text: string, isStale: boolean): void {
    if (text !== this.#inUse) {
      const parsed = parseFlags(text);
      if (!parsed.ok) return this.#reject(`it holds no valid flags:\n${parsed.problems.join("\n")}`);
      this.#use({ text, snapshot: parsed.snapshot });
    }
    const doubt = isStale ? "the provider says that this value is stale" : this.#complaint;
    if (doubt !== null) return this.#reject(doubt);
    this.#problem = null;
    this.#health = { fresh: true, lastReadAt: this.#options.clock.now(), problem: null };
  }

  #use({ text, snapshot }: KeptFlags): void {
    this.#inUse = text;
    this.#snapshot = snapshot;
    this.#options.onChange?.(snapshot);
  }

  async #keep(): Promise<void> {
    const { cacheFile, onRejected } = this.#options;
    const text = this.#inUse;
    if (cacheFile === undefined || text === null || text === this.#kept?.text) return;
    this.#kept = { text, snapshot: this.#snapshot };
    try {
      await keepFlags(cacheFile, text);
    } catch (error) {
      onRejected?.(
        `flags cannot be kept for a start without the provider: ${inWords(error)}; make ${cacheFile} writable`,
      );
    }
  }

  #reject(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (this.#inUse === null && this.#kept !== null) this.#use(this.#kept);
    const consequence =
      this.#inUse === null
        ? "no flags are known: every route is in the stage that routes.yaml names"
        : `version ${this.#snapshot.version} stays in use`;
    const said = `OpenFeature flag ${this.#flagKey}: ${problem}\n${consequence}`;
    this.#health = { fresh: false, lastReadAt: this.#health.lastReadAt, problem: said };
    this.#options.onRejected?.(said);
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [errorCode(error), error.message].filter(Boolean).join(": ") || error.name;
}
