import { AuditError, type AuditOutcome } from "./audit-log.ts";
import { fileLines } from "./lines.ts";
import { auditRecord, type AuditContent, type AuditRecord } from "./record.ts";
import { MAX_LINE_BYTES, unseal } from "./sealed-line.ts";

type RecordOf<Kind extends AuditContent["kind"]> = Extract<AuditRecord, { kind: Kind }>;

/** An intention with how it ended. */
export interface AuditedChange extends RecordOf<"intended"> {
  /** `unknown`: it is under way, or the process went away in between. */
  readonly outcome: (AuditOutcome & { readonly at: string }) | { readonly kind: "unknown" };
}

export type AuditEntry = AuditedChange | RecordOf<"observed" | "gap">;

export interface HistoryQuery {
  /** What concerns this route, or everything. */
  readonly route?: string | undefined;
  /** Wall-clock milliseconds. */
  readonly sinceMs?: number | undefined;
  /** Only records before the one of this number. */
  readonly beforeSeq?: number | undefined;
  /** The newest so many. */
  readonly limit: number;
}

export interface AuditHistory {
  /** Newest last. */
  readonly entries: readonly AuditEntry[];
  /** Entries that the query fits, with those that are too old for its limit. */
  readonly matching: number;
  /** Lines that are not as they were written, or of a kind that this version does not know. */
  readonly unreadableLines: number;
}

/** The newest entries of a log, in as little memory as they take. Rejects with an AuditError. */
export async function auditHistory(path: string, query: HistoryQuery): Promise<AuditHistory> {
  const entries = new Map<string, AuditEntry>();
  let matching = 0;
  let unreadableLines = 0;
  const take = (record: AuditRecord) => {
    if (record.kind === "made" || record.kind === "refused" || record.kind === "failed") {
      const begun = entries.get(record.id);
      if (begun?.kind === "intended") entries.set(record.id, { ...begun, outcome: outcomeOf(record) });
      return;
    }
    if (!fits(record, query)) return;
    matching += 1;
    const entry = record.kind === "intended" ? { ...record, outcome: { kind: "unknown" } as const } : record;
    entries.set("id" in record ? record.id : `#${record.seq}`, entry);
    if (entries.size > query.limit) entries.delete(entries.keys().next().value!);
  };
  try {
    for await (const { bytes } of fileLines(path, MAX_LINE_BYTES + 1)) {
      const line = unseal(bytes);
      const record = "damage" in line ? undefined : auditRecord.safeParse(line.record).data;
      if (record === undefined) unreadableLines += 1;
      else take(record);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new AuditError(`the audit log ${path} cannot be read: ${message}`, { cause: error });
  }
  return { entries: [...entries.values()], matching, unreadableLines };
}

function outcomeOf(record: RecordOf<"made" | "refused" | "failed">): AuditedChange["outcome"] {
  const { at } = record;
  if (record.kind !== "made") return { kind: record.kind, message: record.message, at };
  return { kind: "made", flagVersion: record.flagVersion, notes: record.notes, at };
}

function fits(
  record: RecordOf<"intended" | "observed" | "gap">,
  { route, sinceMs, beforeSeq }: HistoryQuery,
): boolean {
  if (beforeSeq !== undefined && record.seq >= beforeSeq) return false;
  if (sinceMs !== undefined && Date.parse(record.at) < sinceMs) return false;
  if (route === undefined) return true;
  if (record.kind === "gap") return false;
  // What was seen from outside without its moves may have moved any route.
  if (record.kind === "observed" && record.moves.length === 0) return true;
  return record.moves.some((move) => move.route === null || move.route === route);
}
