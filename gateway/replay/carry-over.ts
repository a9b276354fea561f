import type { Side } from "../upstreams/upstream.ts";
import type { AnswerIds } from "./answer-ids.ts";

/** The ids that answers to one request gave out, by who answered. */
export interface GivenIds {
  /** When it was recorded; null when nobody knows. */
  readonly recorded: AnswerIds | null;
  readonly legacy: AnswerIds;
  /** Null when it was not asked, or failed. */
  readonly function: AnswerIds | null;
}

/** Characters of ids that one side of a session may have to keep; the oldest go first. */
const MAX_CHARACTERS = 64 * 1024;

/**
 * Which ids stand for which, in one session: a client that was told `ord_7` then asks for `ord_7`, but today each side has
 * its own name for that order. What two answers say at the same place stands for the same thing.
 *
 * Later requests say what the recorded answers said, so those are what is replaced. Where an answer was not recorded, requests
 * are taken to go by legacy's, and only the function's are replaced.
 */
export class CarryOver {
  readonly #today: Record<Side, Map<string, string>> = { legacy: new Map(), function: new Map() };
  readonly #characters: Record<Side, number> = { legacy: 0, function: 0 };

  /** What an id of the recorded requests is called on that side today; undefined when it has no other name. */
  today(side: Side, id: string): string | undefined {
    return this.#today[side].get(id);
  }

  /** True when that side has no name of its own for anything. */
  isIdle(side: Side): boolean {
    return this.#today[side].size === 0;
  }

  learn({ recorded, legacy, function: ofFunction }: GivenIds): void {
    if (recorded !== null) this.#pairUp("legacy", recorded, legacy);
    if (ofFunction !== null) this.#pairUp("function", recorded ?? legacy, ofFunction);
  }

  #pairUp(side: Side, then: AnswerIds, now: AnswerIds): void {
    const [gone, came] = [new Set(then.values()), new Set(now.values())];
    for (const [place, old] of then) {
      const id = now.get(place);
      // Whatever both answers know has only changed its place, as in a list with one more at its head.
      if (id === undefined || came.has(old) || gone.has(id)) continue;
      this.#remember(side, old, id);
    }
  }

  #remember(side: Side, old: string, id: string): void {
    const names = this.#today[side];
    this.#forget(side, old);
    names.set(old, id);
    this.#characters[side] += old.length + id.length;
    for (const oldest of names.keys()) {
      if (this.#characters[side] <= MAX_CHARACTERS) break;
      this.#forget(side, oldest);
    }
  }

  #forget(side: Side, old: string): void {
    const id = this.#today[side].get(old);
    if (id === undefined) return;
    this.#today[side].delete(old);
    this.#characters[side] -= old.length + id.length;
  }
}
