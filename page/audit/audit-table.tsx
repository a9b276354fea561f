import { rungText } from "../../gateway/admin/rung-text.ts";
import type { AuditEntry } from "../live/last-moves.ts";
import { instant } from "../parts/number-text.ts";

/** Entries of the audit log, a line each. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Changes">
      <table class="audit">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Outcome</th>
            <th scope="col">Flags</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <AuditRow key={entry.seq} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AuditRow({ entry }: { entry: AuditEntry }) {
  const { who, what, outcome, flags, why, tone } = wordsOf(entry);
  return (
    <tr>
      <td class="when">{instant(entry.at)}</td>
      <td>{who}</td>
      <td>{what}</td>
      <td class={`is-${tone}`}>{outcome}</td>
      <td class="mono">{flags}</td>
      <td>{why}</td>
    </tr>
  );
}

interface Words {
  readonly who: string;
  readonly what: string;
  readonly outcome: string;
  readonly flags: string;
  readonly why: string;
  readonly tone: "calm" | "warn" | "bad";
}

const NONE = { who: "–", flags: "–", why: "" };

function wordsOf(entry: AuditEntry): Words {
  if (entry.kind === "intended") {
    const { by, via, action, moves, flagVersion, reason, outcome = { kind: "unknown" } } = entry;
    const refused = "message" in outcome ? ` (${outcome.message})` : "";
    return {
      who: `${by} · ${via.channel}`,
      what: `${action} ${movesText(moves)}`,
      outcome: outcome.kind === "unknown" ? "no end is known" : outcome.kind,
      flags: outcome.kind === "made" ? `${flagVersion} → ${outcome.flagVersion}` : flagVersion,
      why: `${reason}${refused}`,
      tone: outcome.kind === "made" ? "calm" : outcome.kind === "refused" ? "warn" : "bad",
    };
  }
  if (entry.kind === "observed") {
    const { what, moves, from, to, problem, source } = entry;
    return {
      who: `outside · ${source}`,
      what: moves.length === 0 ? `${what} changed` : movesText(moves),
      outcome: problem === null ? "seen" : "rejected",
      flags: `${from ?? "?"} → ${to ?? from ?? "?"}`,
      why: problem ?? "",
      tone: problem === null ? "calm" : "warn",
    };
  }
  if (entry.kind === "gap") {
    return { ...NONE, what: `${entry.bytes} bytes that are no record`, outcome: "gap", tone: "bad" };
  }
  return { ...NONE, what: entry.kind, outcome: entry.kind, tone: "calm" };
}

type Moves = Extract<AuditEntry, { kind: "intended" }>["moves"];

function movesText(moves: Moves): string {
  const told = moves.map(({ route, from, to }) => {
    const rungs = from === null || to === null ? "" : `: ${rungText(from)} → ${rungText(to)}`;
    return `${route ?? "everything"}${rungs}`;
  });
  return told.join(", ");
}
