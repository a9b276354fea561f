import { createHash, type Hash } from "node:crypto";
import type { CapturedBody } from "../diff/observation.ts";
import type { BodySink } from "../http/body.ts";
import type { Budget } from "./budget.ts";

/**
 * A bounded copy of a body, made while it passes. What goes over the cap is measured and hashed, so that even then two
 * bodies can be told to be the same; what goes over the budget is given up.
 */
export class Capture implements BodySink {
  readonly #capBytes: number;
  readonly #budget: Budget;
  #chunks: Buffer[] = [];
  #kept = 0;
  #length = 0;
  #hash: Hash | null = null;
  #givenUp = false;

  constructor(capBytes: number, budget: Budget) {
    this.#capBytes = capBytes;
    this.#budget = budget;
  }

  /** True when there was no room for it. */
  get givenUp(): boolean {
    return this.#givenUp;
  }

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#givenUp) return;
    if (this.#hash !== null) return void this.#hash.update(chunk);
    const room = this.#capBytes - this.#kept;
    const part = chunk.length <= room ? chunk : chunk.subarray(0, room);
    if (!this.#budget.hold(part.length)) return this.giveUp();
    this.#chunks.push(part);
    this.#kept += part.length;
    if (part.length < chunk.length) this.#beginHash(chunk.subarray(room));
  }

  /** What was copied. Its bytes stay in the budget until they are released. */
  body(): CapturedBody {
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 ? only! : Buffer.concat(this.#chunks);
    return { bytes, length: this.#length, sha256: this.#hash?.copy().digest("hex") ?? null };
  }

  /** Lets go of the memory. */
  release(): void {
    this.#budget.release(this.#kept);
    this.#chunks = [];
    this.#kept = 0;
  }

  giveUp(): void {
    this.#givenUp = true;
    this.release();
  }

  #beginHash(rest: Buffer): void {
    this.#hash = createHash("sha256");
    for (const chunk of this.#chunks) this.#hash.update(chunk);
    this.#hash.update(rest);
  }
}
