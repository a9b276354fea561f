import type { Clock } from "../clock.ts";
import { errorCode } from "./error-code.ts";
import { NO_FLAGS, type FlagHealth, type FlagSnapshot } from "./flag-source.ts";
import { keepFlags, keptFlags, type KeptFlags, type ReadFlags } from "./last-known-good.ts";

export interface FlagsInUseOptions {
  /** Whose flags they are, for people: `AppConfig shop/prod/flags`. */
  readonly place: string;
  readonly read: ReadFlags;
  /** Where the newest good flags are kept for a start without their place; null for nowhere. */
  readonly cacheFile: string | null;
  readonly clock: Clock;
  /** A new snapshot is in use, the first one included. */
  readonly onChange?: ((snapshot: FlagSnapshot) => void) | undefined;
  /** The place or what it holds could not be used; said once for each problem in a row. */
  readonly onRejected?: ((problem: string) => void) | undefined;
}

const NOT_ASKED: FlagHealth = {
  fresh: false,
  lastReadAt: null,
  problem: "the place of the flags was not asked yet",
};

/** The last good flags of a place that is asked again and again: this process's own, or those that were kept. */
export class FlagsInUse {
  readonly #options: FlagsInUseOptions;
  #snapshot = NO_FLAGS;
  /** The text behind the snapshot; null before there was any. */
  #text: string | null = null;
  #kept: KeptFlags | null = null;
  #health = NOT_ASKED;
  /** What is wrong now, to be said once; null when nothing is. */
  #problem: string | null = null;

  constructor(options: FlagsInUseOptions) {
    this.#options = options;
  }

  current(): FlagSnapshot {
    return this.#snapshot;
  }

  health(): FlagHealth {
    return this.#health;
  }

  /** True until the place is known to be read, or not to be readable. */
  get undecided(): boolean {
    return this.#health === NOT_ASKED;
  }

  /** Finds what an earlier process kept, for the first problem. */
  async recall(): Promise<void> {
    const { cacheFile, read } = this.#options;
    if (cacheFile !== null) this.#kept = await keptFlags(cacheFile, read);
  }

  /** Takes a text into use; says what is wrong with it, or null. */
  take(text: string): string | null {
    if (text === this.#text) return null;
    const parsed = this.#options.read(text);
    if (!parsed.ok) return `it holds no valid flags:\n${parsed.problems.join("\n")}`;
    this.#use({ text, snapshot: parsed.snapshot });
    return null;
  }

  /** The place was read, and what it holds is in use. */
  confirm(): void {
    this.#problem = null;
    this.#health = { fresh: true, lastReadAt: this.#options.clock.now(), problem: null };
  }

  reject(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (this.#text === null && this.#kept !== null) this.#use(this.#kept);
    const said = `${this.#options.place}: ${problem}\n${this.#consequence()}`;
    this.#health = { fresh: false, lastReadAt: this.#health.lastReadAt, problem: said };
    this.#options.onRejected?.(said);
  }

  /** Keeps what is in use for the next process. */
  async keep(): Promise<void> {
    const { place, cacheFile, onRejected } = this.#options;
    const text = this.#text;
    if (cacheFile === null || text === null || text === this.#kept?.text) return;
    this.#kept = { text, snapshot: this.#snapshot };
    try {
      await keepFlags(cacheFile, text);
    } catch (error) {
      const why = `${inWords(error)}; make ${cacheFile} writable`;
      onRejected?.(`${place}: flags cannot be kept for a start without it: ${why}`);
    }
  }

  #use({ text, snapshot }: KeptFlags): void {
    this.#text = text;
    this.#snapshot = snapshot;
    this.#options.onChange?.(snapshot);
  }

  #consequence(): string {
    if (this.#text === null) return "no flags are known: every route is in the stage that routes.yaml names";
    const kept = this.#health.lastReadAt === null ? `, kept in ${this.#options.cacheFile},` : "";
    return `version ${this.#snapshot.version}${kept} stays in use`;
  }
}

/** An error for people; some have a code and no message, or a message without it. */
export function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, name } = error;
  const code = errorCode(error) ?? "";
  return message.includes(code) && message !== ""
    ? message
    : [code, message].filter(Boolean).join(": ") || name;
}
