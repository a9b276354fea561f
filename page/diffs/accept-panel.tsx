import { useState } from "preact/hooks";
import type { Diffs } from "../../gateway/admin/contract.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { count } from "../parts/number-text.ts";
import { acceptCommand } from "./command-line.ts";
import { hiddenBy } from "./hidden-by.ts";
import type { PlaceGroup } from "./place-tree.ts";

const DAY_MS = 86_400_000;

/** Excuses a place for a while. The rule belongs into routes.yaml, so the page gives the command and changes nothing. */
export function AcceptPanel({
  route,
  at,
  groups,
  samples,
}: {
  route: string;
  at: string;
  groups: readonly PlaceGroup[];
  samples: Diffs["samples"];
}) {
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(() => dayIn(30));
  const { pairs, onlyHere } = hiddenBy(at, groups, samples);
  const command = acceptCommand(route, at, reason.trim() === "" ? "why it may differ" : reason.trim(), until);
  return (
    <details class="accept">
      <summary>Ignore until…</summary>
      <div class="accept-fields">
        <label class="field">
          <span>Why it may differ</span>
          <input value={reason} maxLength={500} onInput={(e) => setReason(e.currentTarget.value)} />
        </label>
        <label class="field is-short">
          <span>Until</span>
          <input type="date" value={until} min={dayIn(1)} onInput={(e) => setUntil(e.currentTarget.value)} />
        </label>
      </div>
      <p class="hides">
        Hides this difference in <b>{count(pairs)}</b> counted pairs. Of the {count(samples.length)} samples
        kept, <b>{count(onlyHere)}</b> differ nowhere else and would count as excused.
      </p>
      <p class="next-command">
        <code>{command}</code>
        <CopyButton text={command} label="Copy" />
      </p>
    </details>
  );
}

/** A day from today, as 2027-01-31. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}
