import { z } from "zod";

/**
 * How the service itself fails, so many times: with a status (typed, or untyped in HTML as from a broken load balancer),
 * or by resetting the connection before the function ran, after it ran, or with half of its answer sent.
 */
export const faultSchema = z.union([
  z.strictObject({
    status: z.int().min(400).max(599),
    /** An error type the SDK knows, such as ServiceException; without it the answer has none. */
    type: z.string().optional(),
    /** `Reason` of a TooManyRequestsException. */
    reason: z.string().optional(),
    message: z.string().default("Injected failure."),
    times: z.int().min(0).default(1),
  }),
  z.strictObject({ reset: z.enum(["before", "after", "halfway"]), times: z.int().min(0).default(1) }),
]);

export type Fault = z.output<typeof faultSchema>;
