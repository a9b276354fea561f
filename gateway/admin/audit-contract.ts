import { z } from "zod";
import { auditRecord } from "../audit/record.ts";

/** What `GET /api/audit` takes and gives. */

export const auditRequest = z.strictObject({
  /** What concerns this route, or everything. */
  route: z.string().min(1).max(200).optional(),
  /** The `seq` of the oldest entry that is known: what is older is wanted. */
  before: z.coerce.number("a record's number is wanted").int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
});

const outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("made"), flagVersion: z.string(), notes: z.array(z.string()), at: z.string() }),
  z.object({ kind: z.enum(["refused", "failed"]), message: z.string(), at: z.string() }),
  /** It is under way, or the process went away in between. */
  z.object({ kind: z.literal("unknown") }),
]);

const head = z.object({ seq: z.number(), hash: z.string() });

export const auditEntries = z.object({
  /** Newest first. */
  entries: z.array(z.intersection(auditRecord, z.object({ outcome: outcome.optional() }))),
  /** How many there are in all, `limit` left aside. */
  matching: z.number(),
  unreadableLines: z.number(),
  /** What the whole log proves: `banyan audit verify` says the same. */
  chain: z.object({
    holds: z.boolean(),
    broken: z.object({ line: z.number(), what: z.string() }).nullable(),
    records: z.number(),
    head,
    notes: z.array(z.string()),
  }),
});

export type AuditRequest = z.output<typeof auditRequest>;
