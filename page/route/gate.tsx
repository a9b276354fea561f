import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import { STAGES, type Stage } from "../../gateway/routes/route.ts";
import type { Judged } from "../live/assessments.ts";
import { Checklist } from "../parts/checklist.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Trouble } from "../parts/trouble.tsx";
import { Verdict } from "../parts/verdict.tsx";

const TARGETS: readonly Stage[] = ["canary", "cutover", "retired"];

/** May it move up? The same list, from the same judgement, as `banyan can-i-cutover`. */
export function Gate({
  route,
  to,
  judged,
  choose,
}: {
  route: RouteStatus;
  to: Stage | null;
  judged: Judged | null;
  choose: (to: Stage) => void;
}) {
  const assessment = judged?.report?.assessment ?? null;
  const above = TARGETS.filter((target) => STAGES.indexOf(target) >= STAGES.indexOf(route.stage));
  return (
    <section class="panel gate" aria-labelledby="gate-title">
      <div class="panel-head">
        <h2 id="gate-title">May it move up?</h2>
        {assessment !== null && <Verdict verdict={assessment.verdict} />}
        <div class="chips" role="group" aria-label="Judge for which stage">
          {above.map((target) => (
            <button
              type="button"
              key={target}
              class="chip"
              aria-pressed={target === to}
              onClick={() => choose(target)}
            >
              to {target}
            </button>
          ))}
        </div>
      </div>
      {to === null && <p class="hint">{REST[route.stage] ?? ""}</p>}
      {to !== null && judged === null && <p class="hint">Asking the gate…</p>}
      <Trouble problem={judged?.problem ?? null} />
      {assessment !== null && (
        <>
          <Checklist checks={assessment.checks} />
          <p class="next-command">
            <span class="hint">next</span> <code>{assessment.next}</code>
            <CopyButton text={assessment.next} label="Copy" />
          </p>
        </>
      )}
    </section>
  );
}

const REST: Partial<Record<Stage, string>> = {
  legacy: "Nothing is compared yet. In shadow, legacy goes on answering and the function is compared unseen.",
  retired: "Nothing is above: the function answers alone.",
};
