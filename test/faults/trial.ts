import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Found, Scenario } from "./scenario.ts";

/** `short`: states and counts, within seconds; `full`: enough of everything for figures. */
export type Depth = "short" | "full";

class Skipped extends Error {}

/** What a scenario works with: a folder, what is to be ended with it, and what it found. */
export class Trial {
  readonly depth: Depth;
  readonly folder = mkdtempSync(join(tmpdir(), "banyan-fault-"));
  readonly figures: string[] = [];
  readonly broken: string[] = [];
  readonly #ending = new AsyncDisposableStack();

  constructor(depth: Depth) {
    this.depth = depth;
    this.defer(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Runs at the end, whatever happened; the newest first. */
  defer(end: () => unknown): void {
    this.#ending.defer(async () => void (await end()));
  }

  figure(text: string): void {
    this.figures.push(text);
  }

  /** Something that must be so. */
  must(what: string, isSo: boolean): void {
    if (!isSo) this.broken.push(what);
  }

  skip(why: string): never {
    throw new Skipped(why);
  }

  pick<T>(short: T, full: T): T {
    return this.depth === "short" ? short : full;
  }

  end(): Promise<void> {
    return this.#ending.disposeAsync();
  }
}

/** Tries one scenario; never rejects. */
export async function tried({ run }: Scenario, depth: Depth): Promise<Found> {
  const trial = new Trial(depth);
  let skipped: string | null = null;
  const onError = (error: unknown) => {
    if (error instanceof Skipped) skipped = error.message;
    else trial.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  await run(trial).catch(onError);
  await trial.end().catch(onError);
  return { figures: trial.figures, broken: trial.broken, skipped };
}

/** Looks again and again, for as long as a hang would last; resolves with how many milliseconds it took, or null for never. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<number | null> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < limitMs) {
    if (await isSo()) return performance.now() - startedAt;
    await pause(20);
  }
  return null;
}

/** `12 ms`, or `never`. */
export function inMs(ms: number | null): string {
  return ms === null ? "never" : `${Math.round(ms)} ms`;
}
