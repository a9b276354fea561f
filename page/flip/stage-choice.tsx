import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import type { Rung } from "../../gateway/flags/transitions.ts";
import { STAGES } from "../../gateway/routes/route.ts";

const MEANS = {
  legacy: "legacy answers, nothing is copied",
  shadow: "legacy answers, the function is compared unseen",
  canary: "the function answers some clients",
  cutover: "the function answers, legacy stands by",
  retired: "the function answers alone",
} as const;

/** All rungs of the ladder, and the share of a canary. */
export function StageChoice({
  route,
  to,
  choose,
}: {
  route: RouteStatus;
  to: Rung;
  choose: (rung: Rung) => void;
}) {
  const percent = to.percent ?? route.percent ?? 5;
  return (
    <fieldset class="stage-choice">
      <legend>To</legend>
      {STAGES.map((stage) => (
        <label key={stage} class={`stage-${stage}`}>
          <input
            type="radio"
            name="stage"
            checked={to.stage === stage}
            onChange={() => choose({ stage, percent: stage === "canary" ? percent : null })}
          />
          <b>{stage}</b>
          <span class="hint">{stage === route.stage ? "where it is now" : MEANS[stage]}</span>
        </label>
      ))}
      {to.stage === "canary" && (
        <label class="share">
          <span>Share of clients</span>
          <input
            type="number"
            min={0.001}
            max={100}
            step="any"
            required
            value={percent}
            onInput={({ currentTarget: { valueAsNumber } }) => {
              if (!Number.isNaN(valueAsNumber)) choose({ stage: "canary", percent: valueAsNumber });
            }}
          />
          <span>%</span>
        </label>
      )}
    </fieldset>
  );
}
