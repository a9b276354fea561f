import { z } from "zod";

const times = z.int().min(0).default(1);

/** An answer with a status, typed, or untyped as from a broken load balancer. */
const answer = {
  status: z.int().min(400).max(599),
  /** An error type the SDK knows, such as ThrottlingException; without it the answer has none. */
  type: z.string().optional(),
  /** The error's fields; a message only unless told. */
  body: z.record(z.string(), z.unknown()).default({ Message: "As ordered." }),
};
const reset = z.enum(["before", "after"]);

/** How polls fail, so many times: with a status, or by resetting the connection before or after the token was spent. */
export const pollFaultSchema = z.union([
  z.strictObject({ ...answer, times }),
  z.strictObject({ reset, times }),
]);
export type PollFault = z.output<typeof pollFaultSchema>;

/** Which call, such as StartDeployment; all of them unless told. */
const call = z.string().optional();

/** How calls of the control plane fail, so many times: before they have done anything, or after they have done it all. */
export const callFaultSchema = z.union([
  z.strictObject({ call, ...answer, when: z.enum(["before", "after"]).default("before"), times }),
  z.strictObject({ call, reset, times }),
]);
export type CallFault = z.output<typeof callFaultSchema>;

/** The failures still to come; the newest order replaces the one before. */
export class Faults<F extends { readonly times: number; readonly call?: string | undefined }> {
  #fault: F | null = null;
  #left = 0;

  order(fault: F): void {
    this.#fault = fault;
    this.#left = fault.times;
  }

  /** How this one fails; null when it does not. */
  next(call?: string): F | null {
    if (this.#left === 0) return null;
    const wanted = this.#fault?.call;
    if (wanted !== undefined && wanted !== call) return null;
    this.#left -= 1;
    return this.#fault;
  }
}
