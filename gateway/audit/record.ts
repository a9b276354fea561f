import { createHash } from "node:crypto";
import { z } from "zod";
import { STAGES } from "../routes/route.ts";
import {
  AUDIT_ACTIONS,
  AUDIT_CHANNELS,
  PROOFS,
  type AuditIntent,
  type AuditOutcome,
  type AuditedMove,
  type Observation,
} from "./audit-log.ts";

const count = z.int().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const rung = z.object({ stage: z.enum(STAGES), percent: z.number().nullable() });
const moves = z.array(z.object({ route: z.string().nullable(), from: rung.nullable(), to: rung.nullable() }));

/** What every record has: its place in the chain. */
export const auditLink = z.object({
  /** 1 for the first. */
  seq: count.min(1),
  /** ISO 8601, of the clock of whoever wrote it. */
  at: z.iso.datetime(),
  /** The process that wrote it. */
  gateway: z.object({ host: z.string(), pid: count, instance: z.string() }),
  /** The hash of the record before. */
  prev: hash,
});

/** What records say. */
export const auditContent = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("intended"),
    id: z.string(),
    by: z.string(),
    via: z.object({
      channel: z.enum(AUDIT_CHANNELS),
      remote: z.string().nullable(),
      /** How `by` was proven. Absent where nobody could be asked, and in records from before it was written down. */
      proof: z.enum(PROOFS).optional(),
    }),
    action: z.enum(AUDIT_ACTIONS),
    /** True when guards were to be overridden; absent otherwise. */
    forced: z.boolean().optional(),
    moves,
    flagVersion: z.string(),
    reason: z.string(),
    evidence: z.unknown(),
  }),
  z.object({ kind: z.literal("made"), id: z.string(), flagVersion: z.string(), notes: z.array(z.string()) }),
  z.object({ kind: z.literal("refused"), id: z.string(), message: z.string() }),
  z.object({ kind: z.literal("failed"), id: z.string(), message: z.string() }),
  z.object({
    kind: z.literal("observed"),
    id: z.string(),
    what: z.enum(["flags", "stop"]),
    source: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    moves,
    problem: z.string().nullable(),
  }),
  /** What stands between the record before and this one is no record. */
  z.object({
    kind: z.literal("gap"),
    bytes: count,
    /** Of these bytes; null when they were too many to look at. */
    sha256: hash.nullable(),
    /** The newest record that had been written, when it was not there any more. */
    lost: z.object({ seq: count, hash }).nullable(),
  }),
]);

export const auditRecord = z.intersection(auditLink, auditContent);

export type AuditLink = z.infer<typeof auditLink>;
export type AuditContent = z.infer<typeof auditContent>;
export type AuditRecord = z.infer<typeof auditRecord>;
export type GatewayIdentity = AuditLink["gateway"];

const MAX_EVIDENCE_BYTES = 16 * 1024;

/** The record of an intention; long texts are cut. */
export function intended(id: string, intent: AuditIntent): AuditContent {
  const { by, via, action, forced = false, moves, flagVersion, reason, evidence } = intent;
  const remote = via.remote === null ? null : cut(via.remote, 200);
  return {
    kind: "intended",
    id,
    by: cut(by, 200),
    via: { channel: via.channel, remote, ...(via.proof !== undefined && { proof: via.proof }) },
    action,
    ...(forced && { forced }),
    moves: moves.map(copied),
    flagVersion: cut(flagVersion, 200),
    reason: cut(reason, 2000),
    evidence: bounded(evidence),
  };
}

/** The record of how a change ended. */
export function ended(id: string, outcome: AuditOutcome): AuditContent {
  if (outcome.kind !== "made") return { kind: outcome.kind, id, message: cut(outcome.message, 4000) };
  const notes = outcome.notes.slice(0, 20).map((note) => cut(note, 500));
  return { kind: "made", id, flagVersion: cut(outcome.flagVersion, 200), notes };
}

/** The record of what nobody asked for. */
export function seen(
  id: string,
  { what, source, from, to, moves, problem }: Observation,
): Extract<AuditContent, { kind: "observed" }> {
  return {
    kind: "observed",
    id,
    what,
    source: cut(source, 500),
    from: from === null ? null : cut(from, 200),
    to: to === null ? null : cut(to, 200),
    moves: moves.map(copied),
    problem: problem === null ? null : cut(problem, 4000),
  };
}

function copied({ route, from, to }: AuditedMove) {
  const bare = (rung: AuditedMove["from"]) => rung && { stage: rung.stage, percent: rung.percent };
  return { route: route === null ? null : cut(route, 200), from: bare(from), to: bare(to) };
}

function bounded(evidence: unknown): unknown {
  const json = JSON.stringify(evidence ?? null);
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_EVIDENCE_BYTES) return JSON.parse(json);
  return { omitted: "larger than 16 KiB", bytes, sha256: createHash("sha256").update(json).digest("hex") };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
