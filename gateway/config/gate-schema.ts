import { z } from "zod";
import type { Gate, GatedStage } from "../evidence/gate.ts";
import { duration } from "./fields.ts";

const percent = z.number().min(0).max(100);

/** What has to be shown before a route moves up. */
export const gateEntry = z
  .strictObject({
    mismatches: percent
      .gt(0)
      .optional()
      .meta({
        description:
          "Share of answers that may differ, in percent; 1 for canary and 0.1 for cutover and retired unless set.",
        examples: [0.1],
      }),
    confidence: z
      .number()
      .min(50)
      .max(99.999)
      .optional()
      .meta({ description: "How surely, in percent, at all times together; 95 unless set.", examples: [95] }),
    errors: percent
      .gt(0)
      .optional()
      .meta({
        description:
          "Percent points by which the function may fail more often than legacy; 1 for canary and 0.2 for cutover and retired unless set.",
        examples: [0.2],
      }),
    latency: z
      .strictObject({
        factor: z
          .number()
          .min(1)
          .max(1000)
          .meta({ description: "Times legacy's median and p99.", examples: [1.5] }),
        slack: duration.describe("And this much more."),
      })
      .nullable()
      .optional()
      .describe(
        "How slow the function may be; { factor: 1.5, slack: 50ms } unless set, null for as slow as it likes. It is measured in steps of a fifth, so factors below 1.5 may never be shown.",
      ),
    pairs: z
      .int()
      .min(1)
      .optional()
      .meta({
        description: "Compared pairs at least; 200 for canary and 1000 for cutover and retired unless set.",
        examples: [1000],
      }),
    maxAge: duration.optional().describe("How old the newest pair may be; 24h unless set."),
    breakerClosedFor: duration
      .optional()
      .describe(
        "How long the function's breakers, of clients and of copies, have to have been closed; 10m for canary, 1h for cutover and 24h for retired unless set.",
      ),
  })
  .describe("What has to be shown before the route moves up; the same for all stages where it is written.");

type GateEntry = z.output<typeof gateEntry>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const ANY_STAGE = { confidence: 0.95, latency: { factor: 1.5, slackMs: 50 }, maxAgeMs: 24 * HOUR_MS };
const CUTOVER = { ...ANY_STAGE, maxMismatchRate: 0.001, maxErrorExcess: 0.002, minPairs: 1_000 };

const PRESETS: Readonly<Record<GatedStage, Gate>> = {
  canary: {
    ...ANY_STAGE,
    maxMismatchRate: 0.01,
    maxErrorExcess: 0.01,
    minPairs: 200,
    breakerClosedForMs: 10 * MINUTE_MS,
  },
  cutover: { ...CUTOVER, breakerClosedForMs: HOUR_MS },
  retired: { ...CUTOVER, breakerClosedForMs: 24 * HOUR_MS },
};

/** A route's own settings over the file's defaults over the stage's presets, field by field. */
export function gateFor(
  entry: GateEntry | undefined,
  defaults: GateEntry | undefined,
  stage: GatedStage,
): Gate {
  const said = { ...defaults, ...entry };
  const preset = PRESETS[stage];
  return {
    confidence: share(said.confidence) ?? preset.confidence,
    maxMismatchRate: share(said.mismatches) ?? preset.maxMismatchRate,
    maxErrorExcess: share(said.errors) ?? preset.maxErrorExcess,
    latency: said.latency === undefined ? preset.latency : latencyOf(said.latency),
    minPairs: said.pairs ?? preset.minPairs,
    maxAgeMs: said.maxAge ?? preset.maxAgeMs,
    breakerClosedForMs: said.breakerClosedFor ?? preset.breakerClosedForMs,
  };
}

/** The gate of each stage that has one. */
export function gatesOf(
  entry: GateEntry | undefined,
  defaults: GateEntry | undefined,
): Readonly<Record<GatedStage, Gate>> {
  return {
    canary: gateFor(entry, defaults, "canary"),
    cutover: gateFor(entry, defaults, "cutover"),
    retired: gateFor(entry, defaults, "retired"),
  };
}

function share(percents: number | undefined): number | undefined {
  return percents === undefined ? undefined : percents / 100;
}

function latencyOf(latency: NonNullable<GateEntry["latency"]> | null): Gate["latency"] {
  return latency === null ? null : { factor: latency.factor, slackMs: latency.slack };
}
