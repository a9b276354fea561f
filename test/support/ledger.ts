import type { Side } from "../../gateway/upstreams/upstream.ts";

/** Who did what: written by those who do the work, by the request's id, at the moment when it takes effect. */
export class Ledger {
  readonly #heard = new Set<string>();
  readonly #done = new Map<string, Side[]>();
  readonly #later = new Set<Promise<void>>();

  /** A byte of this request reached the function's host. */
  hear(id: string): void {
    this.#heard.add(id);
  }

  heard(id: string): boolean {
    return this.#heard.has(id);
  }

  run(id: string, side: Side): void {
    this.#done.set(id, [...this.doneBy(id), side]);
  }

  /** It will run, though nobody waits for it any more. */
  runLater(id: string, side: Side, ms: number): void {
    const ran = new Promise<void>((resolve) => {
      setTimeout(() => {
        this.run(id, side);
        this.#later.delete(ran);
        resolve();
      }, ms);
    });
    this.#later.add(ran);
  }

  /** Resolves when everything that is to run has run. */
  async settled(): Promise<void> {
    await Promise.all(this.#later);
  }

  /** The sides that ran it, in order. */
  doneBy(id: string): readonly Side[] {
    return this.#done.get(id) ?? [];
  }
}
