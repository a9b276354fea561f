export interface LaneBounds {
  /** Lanes that move at one time. */
  readonly concurrency: number;
  /** What may wait in all lanes together. */
  readonly waiting: number;
  readonly waitingBytes: number;
}

interface Work {
  readonly bytes: number;
  readonly run: () => Promise<void>;
}

/** Work in lanes: one after the other in each, several lanes side by side, and not more waiting than fits. */
export class Lanes {
  readonly #bounds: LaneBounds;
  readonly #lanes = new Map<string | symbol, Work[]>();
  /** Lanes whose next work can begin. */
  readonly #ready = new Set<string | symbol>();
  #underWay = 0;
  #waiting = 0;
  #waitingBytes = 0;
  #failure: { readonly error: unknown } | null = null;
  #changed = Promise.withResolvers<void>();

  constructor(bounds: LaneBounds) {
    this.#bounds = bounds;
  }

  /** Puts work at the end of a lane, once there is room for it. Without a lane it waits for nothing else. */
  async add(lane: string | null, bytes: number, run: () => Promise<void>): Promise<void> {
    while (!this.#hasRoomFor(bytes)) await this.#changed.promise;
    this.#throwFailure();
    const key = lane ?? Symbol("a lane of its own");
    const queue = this.#lanes.get(key);
    this.#waiting += 1;
    this.#waitingBytes += bytes;
    if (queue === undefined) {
      this.#lanes.set(key, [{ bytes, run }]);
      this.#ready.add(key);
    } else queue.push({ bytes, run });
    this.#begin();
  }

  /** Drops what has not begun. */
  clear(): void {
    for (const queue of this.#lanes.values()) queue.length = 0;
    this.#waiting = 0;
    this.#waitingBytes = 0;
    this.#tell();
  }

  /** Resolves once nothing is left to do. Rejects with the first error of all work; what had not begun then was dropped. */
  async idle(): Promise<void> {
    while (this.#underWay + this.#waiting > 0) await this.#changed.promise;
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** However large one is, it goes through alone. */
  #hasRoomFor(bytes: number): boolean {
    const { waiting, waitingBytes } = this.#bounds;
    return this.#waiting === 0 || (this.#waiting < waiting && this.#waitingBytes + bytes <= waitingBytes);
  }

  #begin(): void {
    for (const key of this.#ready) {
      if (this.#underWay >= this.#bounds.concurrency) return;
      this.#ready.delete(key);
      const work = this.#lanes.get(key)!.shift();
      if (work === undefined) this.#lanes.delete(key);
      else void this.#run(key, work);
    }
  }

  async #run(key: string | symbol, { bytes, run }: Work): Promise<void> {
    this.#underWay += 1;
    this.#waiting -= 1;
    this.#waitingBytes -= bytes;
    try {
      await run();
    } catch (error) {
      this.#failure ??= { error };
      this.clear();
    }
    this.#underWay -= 1;
    if (this.#lanes.get(key)!.length === 0) this.#lanes.delete(key);
    else this.#ready.add(key);
    this.#begin();
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
