import type { Check } from "../../gateway/evidence/assessment.ts";
import { CHECK_NAMES } from "./failing-checks.ts";
import { Icon } from "./icon.tsx";

const SPOKEN = { yes: "passed", no: "failed", unknown: "not known" } as const;

/** What `banyan can-i-cutover` goes through, a line each. */
export function Checklist({ checks }: { checks: readonly Check[] }) {
  return (
    <ul class="checklist">
      {checks.map(({ name, verdict, says, next }) => (
        <li key={name} class={`is-${verdict}`}>
          <Icon name={verdict} />
          <span class="check-name">
            {CHECK_NAMES[name]}
            <span class="unseen"> {SPOKEN[verdict]}:</span>
          </span>
          <span class="check-says">
            {says}
            {next !== null && <span class="hint">→ {next}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
