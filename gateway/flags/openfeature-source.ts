import {
  StandardResolutionReasons,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from "@openfeature/server-sdk";
import type { Clock } from "../clock.ts";
import { documentText, NO_DOCUMENT } from "../openfeature/document-text.ts";
import { listenTo } from "../openfeature/provider-events.ts";
import { parseFlags } from "./document.ts";
import type { FlagSnapshot, FlagSource } from "./flag-source.ts";
import { inWords, type FlagsInUse } from "./flags-in-use.ts";
import { PolledFlags, rest, type PolledPlace } from "./polled-flags.ts";
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
/** How long a provider may take for anything: to initialize, to evaluate, to close. */
const ANSWER_MS = 5_000;
/** Between two evaluations, however many events come. */
const REST_MS = 100;

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };

/** Flags in any system with an OpenFeature provider: one document in one object flag, never evaluated for a request. */
export function openFeatureFlags(options: OpenFeatureFlagsOptions): FlagSource {
  const { provider, flagKey = "banyan", pollMs = POLL_MS, cacheFile = null, ...events } = options;
  const place = `OpenFeature flag ${flagKey}`;
  return new PolledFlags(
    { place, read: parseFlags, cacheFile, ...events },
    pollMs,
    (flags) => new OpenFeaturePlace(provider, flagKey, flags),
  );
}

class OpenFeaturePlace implements PolledPlace {
  readonly #provider: Provider;
  readonly #flagKey: string;
  readonly #flags: FlagsInUse;
  readonly #stopListening: () => void;
  /** What the provider itself says is wrong with it; null when nothing is. */
  #complaint: string | null = null;
  #initialized: Promise<void> | null = null;
  /** Ends the wait for the next evaluation. */
  #waiting = new AbortController();

  constructor(provider: Provider, flagKey: string, flags: FlagsInUse) {
    this.#provider = provider;
    this.#flagKey = flagKey;
    this.#flags = flags;
    this.#stopListening = listenTo(provider, (complaint) => {
      this.#complaint = complaint;
      this.#waiting.abort();
    });
  }

  async ask(stopping: AbortSignal): Promise<number> {
    try {
      const details = await this.#evaluated(stopping);
      this.#take(documentText(details), details.reason === StandardResolutionReasons.STALE);
      return 0;
    } catch (cause) {
      if (this.#complaint === null) throw cause;
      throw new Error(`${inWords(cause)}; ${this.#complaint}`, { cause });
    }
  }

  async wait(ms: number, stopping: AbortSignal): Promise<void> {
    await rest(REST_MS, stopping);
    await rest(ms, AbortSignal.any([stopping, this.#waiting.signal]));
  }

  async close(): Promise<void> {
    this.#stopListening();
    const never = new AbortController().signal;
    await limited(ANSWER_MS, never, async () => this.#provider.onClose?.()).catch(() => undefined);
  }

  async #evaluated(stopping: AbortSignal): Promise<ResolutionDetails<JsonValue>> {
    await limited(ANSWER_MS, stopping, () => (this.#initialized ??= this.#initialize()));
    // Made before, so that what is said during an evaluation leads to another one.
    this.#waiting = new AbortController();
    return limited(ANSWER_MS, stopping, async () =>
      this.#provider.resolveObjectEvaluation(this.#flagKey, NO_DOCUMENT, {}, SILENT),
    );
  }

  /** A provider that failed to initialize may be asked all the same, and says by an event when it has recovered. */
  async #initialize(): Promise<void> {
    try {
      // Never before it is known as #initialized: some throw at once.
      await Promise.resolve();
      await this.#provider.initialize?.({});
      this.#complaint = null;
      // It may have taken longer than anybody has waited for it.
      this.#waiting.abort();
    } catch (error) {
      this.#complaint = `the provider did not initialize: ${inWords(error)}`;
      // One without events could never say so: the next attempt initializes it again.
      if (this.#provider.events === undefined) this.#initialized = null;
    }
  }

  #take(text: string, isStale: boolean): void {
    const doubt = isStale ? "the provider says that this value is stale" : this.#complaint;
    const problem = this.#flags.take(text) ?? doubt;
    if (problem === null) this.#flags.confirm();
    else this.#flags.reject(problem);
  }
}
