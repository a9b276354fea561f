import { z } from "zod";
import { WRITE_RUNGS, type ShadowSettings } from "../routes/shadowing.ts";
import { duration } from "./fields.ts";

const fieldName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: "this is no field name" })
  .transform((name) => name.toLowerCase());

/** What of a route is copied to the side that does not answer. */
export const shadowEntry = z
  .strictObject({
    percent: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .meta({ description: "Share that is copied; 100 unless set, 0 copies nothing.", examples: [100] }),
    by: z
      .enum(["request", "client"])
      .optional()
      .describe("A share of the requests, or of the clients by their sticky key; request unless set."),
    enough: z
      .strictObject({
        pairs: z
          .int()
          .min(1)
          .meta({ description: "Compared pairs that are enough.", examples: [5000] }),
        thenPerSecond: z
          .number()
          .gt(0)
          .meta({ description: "Copies a second from then on.", examples: [1] }),
      })
      .nullable()
      .optional()
      .describe("After so many compared pairs only a trickle is copied; null, the default, never stops."),
    writes: z
      .enum(WRITE_RUNGS)
      .optional()
      .meta({
        description:
          "What becomes of writes: skip, record, dry-run (marked; the function promises to change nothing) or rehearsal (another alias).",
        examples: ["skip"],
      }),
    rehearsal: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "Alias of the function that rehearses writes on a scratch store.",
        examples: ["rehearsal"],
      }),
    without: z
      .array(fieldName)
      .optional()
      .meta({
        description: "Request fields that copies go without.",
        examples: [["authorization", "cookie"]],
      }),
    secondary: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .meta({
        description:
          "Share of copied safe requests that legacy is asked a second time, to learn its noise; 5 unless set.",
        examples: [5],
      }),
    timeout: duration.optional().describe("How long the other side may take; 30s unless set."),
  })
  .describe("What is copied to the side that does not answer, and how.");

/** What copies may cost the process that answers clients. */
export const mirrorEntry = z
  .strictObject({
    concurrency: z
      .int()
      .min(1)
      .max(10_000)
      .prefault(64)
      .meta({ description: "Copies under way at one time.", examples: [64] }),
    bytes: z
      .int()
      .min(65_536)
      .prefault(64 * 1024 * 1024)
      .meta({ description: "Bytes that all captured bodies may hold.", examples: [67_108_864] }),
    bodyBytes: z
      .int()
      .min(1024)
      .max(8 * 1024 * 1024)
      .prefault(1024 * 1024)
      .meta({ description: "Bytes that are kept of each body.", examples: [1_048_576] }),
    perSecond: z
      .number()
      .gt(0)
      .prefault(200)
      .meta({ description: "Copies a second, over all routes.", examples: [200] }),
    lag: duration.prefault("100ms").describe("Event-loop delay above which nothing is copied."),
  })
  .describe("What copies may cost; what is over it is dropped, and counted.");

export type ShadowEntry = z.output<typeof shadowEntry>;

/** A route's own settings over the file's defaults over the built-in ones, field by field. */
export function shadowSettings(
  entry: ShadowEntry | undefined,
  defaults: ShadowEntry | undefined,
): ShadowSettings {
  const said = { ...defaults, ...entry };
  return {
    percent: said.percent ?? 100,
    by: said.by ?? "request",
    enough: said.enough ?? null,
    writes: said.writes ?? null,
    rehearsal: said.rehearsal ?? null,
    without: said.without ?? [],
    secondaryPercent: said.secondary ?? 5,
    timeoutMs: said.timeout ?? 30_000,
  };
}
