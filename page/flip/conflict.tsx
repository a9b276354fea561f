import { useEffect, useState } from "preact/hooks";
import { rungText } from "../../gateway/admin/rung-text.ts";
import type { ApiProblem } from "../api/problem.ts";
import { newestChange, type AuditEntry } from "../live/last-moves.ts";
import { Icon } from "../parts/icon.tsx";
import { ago } from "../parts/number-text.ts";

/** The flags have moved on since this was decided: who moved them, and the way on. */
export function Conflict({ problem, reload }: { problem: ApiProblem; reload: () => Promise<void> }) {
  const [change, setChange] = useState<AuditEntry | null>(null);
  useEffect(() => void newestChange().then(setChange), []);
  return (
    <div class="conflict" role="alert">
      <p>
        <Icon name="warning" />
        <span>
          <b>Somebody was faster.</b> {change === null ? problem.message : changeText(change)}
        </span>
      </p>
      <button type="button" onClick={() => void reload()}>
        Show how it is now
      </button>
    </div>
  );
}

function changeText(change: AuditEntry): string {
  if (change.kind !== "intended") return "";
  const moves = change.moves.map(({ route, from, to }) =>
    from === null || to === null
      ? `${change.action} ${route ?? "everything"}`
      : `${route ?? "everything"}: ${rungText(from)} → ${rungText(to)}`,
  );
  return `${change.by} made a change ${ago(Date.parse(change.at), Date.now())}: ${moves.join(", ")} (“${change.reason}”)`;
}
