import { z } from "zod";
import { SAFE_LIMITS, type EdgeLimits } from "../http/limits.ts";
import { duration } from "./fields.ts";

const count = (most: number, preset: number, description: string) =>
  z
    .int()
    .min(1)
    .max(most)
    .prefault(preset)
    .meta({ description, examples: [preset] });
const time = (preset: string, description: string) => duration.prefault(preset).describe(description);

/** What clients may take. What takes effect at once with a reload, and what with a restart, docs/edge.md says. */
export const limitsEntry = z
  .strictObject({
    headBytes: count(1024 * 1024, SAFE_LIMITS.headBytes, "Bytes of a request's head; more is a 431."),
    fields: count(10_000, SAFE_LIMITS.fields, "Header fields of a request; more is a 431."),
    targetBytes: count(1024 * 1024, SAFE_LIMITS.targetBytes, "Bytes of a request's target; more is a 414."),
    bodyBytes: count(2 ** 40, SAFE_LIMITS.bodyBytes, "Bytes of a request's body; more is a 413."),
    head: time("15s", "For a request's head; then 408."),
    upload: time("30s", "For each 3,000 bytes of a request's body; then 408."),
    stall: time("5m", "In which nothing moves while an answer is on its way; then the connection is reset."),
    idle: time("75s", "That an idle connection is kept; longer than a load balancer in front keeps it."),
    connections: count(
      1_000_000,
      SAFE_LIMITS.connections,
      "Open connections; further ones are closed at once.",
    ),
    requests: count(1_000_000, SAFE_LIMITS.requests, "Requests in flight; further ones get 503."),
    reserve: z
      .int()
      .min(0)
      .max(90)
      .prefault(SAFE_LIMITS.reservePercent)
      .meta({
        description: "Percent of `requests` that only requests to legacy may take.",
        examples: [SAFE_LIMITS.reservePercent],
      }),
    buffers: count(
      2 ** 40,
      SAFE_LIMITS.bufferBytes,
      "Bytes in buffers of a process: at 80 % nothing is copied, at 90 % functions' requests get 503, at 100 % all.",
    ),
    memory: z
      .int()
      .min(10)
      .max(100)
      .prefault(SAFE_LIMITS.memoryPercent)
      .meta({
        description: "The same in percent, of V8's heap and of the memory that the process may have.",
        examples: [SAFE_LIMITS.memoryPercent],
      }),
  })
  .describe("What clients may take.");

export function edgeLimits({
  head,
  upload,
  stall,
  idle,
  reserve,
  buffers,
  memory,
  ...counts
}: z.output<typeof limitsEntry>): EdgeLimits {
  return {
    ...counts,
    headMs: head,
    uploadMs: upload,
    stallMs: stall,
    idleMs: idle,
    reservePercent: reserve,
    bufferBytes: buffers,
    memoryPercent: memory,
  };
}
