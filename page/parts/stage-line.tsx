import { rungText } from "../../gateway/admin/rung-text.ts";
import type { Rung } from "../../gateway/flags/transitions.ts";
import { STAGES } from "../../gateway/routes/route.ts";

/** Five steps, how far a route has come, and the stage in words. */
export function StageLine({ rung, killed = false }: { rung: Rung; killed?: boolean }) {
  const at = STAGES.indexOf(rung.stage);
  return (
    <span class={`stage stage-${rung.stage}${killed ? " is-killed" : ""}`}>
      <span class="stage-steps" aria-hidden="true">
        {STAGES.map((stage, n) => (
          <i key={stage} class={n < at ? "passed" : n === at ? "now" : ""} />
        ))}
      </span>
      <span class="stage-name">{rungText(rung)}</span>
    </span>
  );
}
