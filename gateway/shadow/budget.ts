import type { Clock } from "../clock.ts";
import type { DropReason } from "./drop-reason.ts";

/** What copies may cost the process that answers clients. */
export interface BudgetLimits {
  /** Requests that are being copied at one time, from the moment they are considered. */
  readonly concurrency: number;
  /** Bytes that all captured bodies may hold together. */
  readonly bytes: number;
  /** Copies a second, over all routes. */
  readonly perSecond: number;
  /** Event-loop delay in milliseconds above which nothing is copied. */
  readonly lagMs: number;
}

/** Says no instead of queueing: what is over budget is dropped, and counted. */
export class Budget {
  readonly #limits: () => BudgetLimits;
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #lagMs: () => number;
  #underWay = 0;
  #heldBytes = 0;
  #tokens: number;
  #filledAt: number;

  constructor(limits: () => BudgetLimits, clock: Pick<Clock, "elapsed">, lagMs: () => number) {
    this.#limits = limits;
    this.#clock = clock;
    this.#lagMs = lagMs;
    this.#tokens = limits().perSecond;
    this.#filledAt = clock.elapsed();
  }

  get underWay(): number {
    return this.#underWay;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes a place for one copy, or says why not. Whoever has a place must `leave`. */
  enter(): DropReason | null {
    const { concurrency, lagMs } = this.#limits();
    if (this.#underWay >= concurrency) return "concurrency";
    if (this.#lagMs() > lagMs) return "busy";
    if (!this.#takeToken()) return "rate";
    this.#underWay++;
    return null;
  }

  leave(): void {
    this.#underWay--;
  }

  /** True when that many bytes more may be held. Whoever holds them must `release` them. */
  hold(bytes: number): boolean {
    if (this.#heldBytes + bytes > this.#limits().bytes) return false;
    this.#heldBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
  }

  /** A token bucket that holds one second's worth. */
  #takeToken(): boolean {
    const { perSecond } = this.#limits();
    const now = this.#clock.elapsed();
    this.#tokens = Math.min(perSecond, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
