import { useEffect } from "preact/hooks";
import { operator, type AuditEntries } from "../api/operator.ts";
import { ApiProblem } from "../api/problem.ts";
import { store, useStore } from "../store.ts";

export type AuditEntry = AuditEntries["entries"][number];

/** The newest change of a route: who made it, and when (ISO 8601). */
export interface LastMove {
  readonly at: string;
  readonly by: string;
}

/** Changes that the newest move of each route is looked for in. */
const ENTRIES = 200;

const moves = store<ReadonlyMap<string, LastMove>>(new Map());
let knownVersion: string | null = null;

/** The newest moves, read again when the flags are at another version; without those of an audit log that cannot be read. */
export function useLastMoves(flagVersion: string | null): ReadonlyMap<string, LastMove> {
  useEffect(() => {
    if (flagVersion === null || flagVersion === knownVersion) return;
    knownVersion = flagVersion;
    void operator
      .audit({ limit: ENTRIES })
      .then(({ entries }) => moves.set(newestOf(entries)))
      .catch((error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
      });
  }, [flagVersion]);
  return useStore(moves);
}

/** The newest entry, or null when the log cannot be read. Never rejects. */
export async function newestChange(): Promise<AuditEntry | null> {
  try {
    const { entries } = await operator.audit({ limit: 20 });
    return entries.find((entry) => entry.kind === "intended" && entry.outcome?.kind === "made") ?? null;
  } catch (error) {
    if (error instanceof ApiProblem) return null;
    throw error;
  }
}

/** Entries come newest first. */
export function newestOf(entries: readonly AuditEntry[]): Map<string, LastMove> {
  const newest = new Map<string, LastMove>();
  for (const entry of entries) {
    const isMade = entry.kind === "intended" && entry.outcome?.kind === "made";
    if (!isMade && entry.kind !== "observed") continue;
    const by = entry.kind === "intended" ? entry.by : "somebody";
    for (const { route } of entry.moves) {
      if (route !== null && !newest.has(route)) newest.set(route, { at: entry.at, by });
    }
  }
  return newest;
}
