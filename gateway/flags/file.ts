import type { Clock } from "../clock.ts";
import { watchFile, type FileWatch } from "../config/watch.ts";
import { MAX_FLAG_BYTES, parseFlags } from "./document.ts";
import { fileText } from "./file-text.ts";
import { NO_FLAGS, type FlagHealth, type FlagSnapshot, type FlagSource } from "./flag-source.ts";

export interface FileFlagsOptions {
  readonly path: string;
  readonly clock: Clock;
  /** A new snapshot is in use, the first one included. */
  readonly onChange?: (snapshot: FlagSnapshot) => void;
  /** The file could not be used; said once for each problem, and the snapshot before it stays in use. */
  readonly onRejected?: (problem: string) => void;
  /** Says when the file at a path may have changed. */
  readonly watch?: typeof watchFile;
}

export interface FileFlags extends FlagSource {
  /** Reads the file now; resolves when what it says is in use. For whoever has just written it. Never rejects. */
  refresh(): Promise<void>;
}

/**
 * Flags kept in a file, read again whenever it changes. No file means no flags; but a file that vanishes or goes bad
 * while in use changes nothing, because nobody who deletes it by mistake means to move every route at once.
 */
export function fileFlags(options: FileFlagsOptions): FileFlags {
  return new FileFlagSource(options);
}

class FileFlagSource implements FileFlags {
  readonly #options: FileFlagsOptions;
  #snapshot = NO_FLAGS;
  /** The text behind the snapshot; null before any file was there. */
  #inUse: string | null = null;
  #health: FlagHealth = { fresh: false, lastReadAt: null, problem: "the flag file was not read yet" };
  /** Reads happen one after another, so that an older one never overwrites a newer one. */
  #reading = Promise.resolve();
  #watching: FileWatch | null = null;

  constructor(options: FileFlagsOptions) {
    this.#options = options;
  }

  current(): FlagSnapshot {
    return this.#snapshot;
  }

  health(): FlagHealth {
    return this.#health;
  }

  async start(): Promise<void> {
    const { path, watch = watchFile } = this.#options;
    this.#watching ??= watch(path, () => void this.refresh());
    await this.#watching.start();
    await this.refresh();
  }

  async stop(): Promise<void> {
    this.#watching?.stop();
    this.#watching = null;
    await this.#reading;
  }

  refresh(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { path } = this.#options;
    try {
      // One byte over the limit is enough to see that it is too large.
      const content = await fileText(path, MAX_FLAG_BYTES + 1);
      if (content === null) this.#missing();
      else this.#take(content);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#reject(`${path} cannot be read: ${why}\n${this.#consequence("let this user read it")}`);
    }
  }

  #missing(): void {
    if (this.#inUse === null) return this.#succeed();
    const { path } = this.#options;
    this.#reject(
      `${path} is gone; version ${this.#snapshot.version} stays in use: put the file back, or restart`,
    );
  }

  #take(content: string): void {
    if (content === this.#inUse) return this.#succeed();
    const parsed = parseFlags(content);
    if (!parsed.ok) {
      const problems = parsed.problems.map((problem) => `${this.#options.path}:${problem}`);
      return this.#reject([...problems, this.#consequence("mend it there")].join("\n"));
    }
    this.#inUse = content;
    this.#snapshot = parsed.snapshot;
    this.#succeed();
    this.#options.onChange?.(parsed.snapshot);
  }

  /** What holds meanwhile, and what to do; that a restart knows no flags but those of the file is easily forgotten. */
  #consequence(mend: string): string {
    if (this.#inUse === null)
      return `no flags are known: every route is in the stage that routes.yaml names; ${mend}, and banyan doctor checks it`;
    const { version } = this.#snapshot;
    return `version ${version} stays in use: ${mend}, and banyan doctor checks it; a restart before that would not know version ${version}`;
  }

  #succeed(): void {
    this.#health = { fresh: true, lastReadAt: this.#options.clock.now(), problem: null };
  }

  #reject(problem: string): void {
    if (problem === this.#health.problem) return;
    this.#health = { fresh: false, lastReadAt: this.#health.lastReadAt, problem };
    this.#options.onRejected?.(problem);
  }
}
