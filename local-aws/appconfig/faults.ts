import { z } from "zod";

/**
 * How polls fail, so many times: with a status (typed, or untyped as from a broken load balancer), or by resetting the
 * connection before or after the token was spent.
 */
export const faultSchema = z.union([
  z.strictObject({
    status: z.int().min(400).max(599),
    /** An error type the SDK knows, such as ThrottlingException; without it the answer has none. */
    type: z.string().optional(),
    /** The error's fields; a message only unless told. */
    body: z.record(z.string(), z.unknown()).default({ Message: "As ordered." }),
    times: z.int().min(0).default(1),
  }),
  z.strictObject({ reset: z.enum(["before", "after"]), times: z.int().min(0).default(1) }),
]);

type Fault = z.output<typeof faultSchema>;

/** The failures still to come; the newest order replaces the one before. */
export class Faults {
  #fault: Fault | null = null;
  #left = 0;

  order(fault: Fault): void {
    this.#fault = fault;
    this.#left = fault.times;
  }

  /** How this poll fails; null when it does not. */
  next(): Fault | null {
    if (this.#left === 0) return null;
    this.#left -= 1;
    return this.#fault;
  }
}
