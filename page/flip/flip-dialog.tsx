import { useState } from "preact/hooks";
import type { FlipRequest } from "../../gateway/admin/contract.ts";
import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import { rungText } from "../../gateway/admin/rung-text.ts";
import { goesUp, rungAbove, type Rung } from "../../gateway/flags/transitions.ts";
import type { Stage } from "../../gateway/routes/route.ts";
import { operator } from "../api/operator.ts";
import { ApiProblem } from "../api/problem.ts";
import { signature } from "../api/signature.ts";
import { forgetJudgements, useJudged } from "../live/assessments.ts";
import { liveStatus, refresh } from "../live/live-status.ts";
import { say } from "../parts/announcement.tsx";
import { Checklist } from "../parts/checklist.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { StageLine } from "../parts/stage-line.tsx";
import { Trouble } from "../parts/trouble.tsx";
import { useStore } from "../store.ts";
import { Conflict } from "./conflict.tsx";
import { useForesight, type Foresight } from "./dry-run.ts";
import { flipWish, type FlipWish } from "./flip-wish.ts";
import { outcomeText } from "./outcome.ts";
import { StageChoice } from "./stage-choice.tsx";

/** Where new canaries begin, in percent of the clients. */
const FIRST_PERCENT = 5;
const GATED: ReadonlySet<Stage> = new Set(["canary", "cutover", "retired"]);

/** Drawn while somebody thinks about a flip. */
export function FlipDialogPlace() {
  const wish = useStore(flipWish);
  return wish === null ? null : <FlipDialog key={wish.route.id} wish={wish} />;
}

function FlipDialog({ wish }: { wish: FlipWish }) {
  const { status } = useStore(liveStatus);
  // The version that this was decided on, until somebody has seen what changed since.
  const [version, setVersion] = useState(status?.flags.version ?? "");
  const [route, setRoute] = useState(wish.route);
  const [to, setTo] = useState<Rung>(() => wish.to ?? suggested(wish.route));
  const [withGroup, setWithGroup] = useState(false);
  const [reason, setReason] = useState("");
  const [name, setName] = useState(signature.get());
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isSending, setSending] = useState(false);

  const flip: FlipRequest = {
    route: route.id,
    stage: to.stage,
    reason: reason.trim(),
    expectVersion: version,
    ...(to.percent !== null && { percent: to.percent }),
    ...(withGroup && { group: true }),
  };
  const foresight = useForesight(flip);
  const close = () => flipWish.set(null);
  const conflict = problem?.code === "conflict" ? problem : conflictIn(foresight);
  const isAllowed = foresight.kind === "allowed" || (foresight.kind === "guarded" && typed === route.id);

  const submit = async () => {
    signature.set(name);
    setSending(true);
    try {
      const flipped = await operator.flip({ ...flip, ...(foresight.kind === "guarded" && { force: true }) });
      say(outcomeText(flipped), flipped.notes.length === 0 ? "good" : "bad");
      close();
      forgetJudgements();
      await refresh();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  const reload = async () => {
    await refresh();
    const now = liveStatus.get().status;
    const newer = now?.routes.find(({ id }) => id === route.id);
    if (now === null || newer === undefined) return close();
    setProblem(null);
    setRoute(newer);
    setVersion(now.flags.version);
    return undefined;
  };

  return (
    <Dialog title={`Move ${route.id}`} close={close}>
      <form
        class="flip-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p class="from-to">
          <StageLine rung={route} /> <span aria-hidden="true">→</span>
          <span class="unseen">to</span> <strong>{rungText(to)}</strong>
        </p>
        <StageChoice route={route} to={to} choose={setTo} />
        <GroupChoice route={route} isOn={withGroup} choose={setWithGroup} />
        {conflict === null ? (
          <>
            <Consequences foresight={foresight} />
            <FailingChecks route={route} to={to} />
            {foresight.kind === "guarded" && (
              <label class="override">
                <span>
                  To move it all the same, type <b class="mono">{route.id}</b>
                </span>
                <input
                  value={typed}
                  autocomplete="off"
                  spellcheck={false}
                  onInput={(e) => setTyped(e.currentTarget.value)}
                />
              </label>
            )}
            <Trouble problem={problem} />
          </>
        ) : (
          <Conflict problem={conflict} reload={reload} />
        )}
        <div class="signed">
          <label class="field">
            <span>Reason</span>
            <textarea
              required
              rows={2}
              maxLength={2000}
              value={reason}
              onInput={(e) => setReason(e.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>Signed by</span>
            <input
              value={name}
              maxLength={200}
              placeholder="your name"
              autocomplete="name"
              onInput={(e) => setName(e.currentTarget.value)}
            />
          </label>
        </div>
        <p class="buttons">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button
            type="submit"
            class={foresight.kind === "guarded" ? "danger" : "primary"}
            disabled={conflict !== null || !isAllowed || reason.trim() === "" || isSending}
          >
            {foresight.kind === "guarded" ? "Override and move" : "Move"} to {rungText(to)}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

function suggested({ stage, percent }: RouteStatus): Rung {
  const above = rungAbove(stage, null) ?? { stage, percent };
  return above.stage === "canary" ? { stage: "canary", percent: FIRST_PERCENT } : above;
}

function conflictIn(foresight: Foresight): ApiProblem | null {
  return foresight.kind === "refused" && foresight.refusal.code === "conflict" ? foresight.refusal : null;
}

function GroupChoice({
  route,
  isOn,
  choose,
}: {
  route: RouteStatus;
  isOn: boolean;
  choose: (on: boolean) => void;
}) {
  const { status } = useStore(liveStatus);
  const others = status?.routes.filter(({ id, group }) => group === route.group && id !== route.id) ?? [];
  if (others.length === 0) return null;
  return (
    <label class="check">
      <input type="checkbox" checked={isOn} onChange={(e) => choose(e.currentTarget.checked)} />
      <span>
        with all of group <b>{route.group}</b>: {others.map(({ id }) => id).join(", ")}
      </span>
    </label>
  );
}

/** What it means for clients, in the gateway's words. */
function Consequences({ foresight }: { foresight: Foresight }) {
  if (foresight.kind === "asking") return <p class="consequences hint">Asking what would happen…</p>;
  if (foresight.kind === "refused") return <Trouble problem={foresight.refusal} />;
  const { moves, effects } = foresight.flipped;
  return (
    <div class="consequences">
      {foresight.kind === "guarded" && <Doubts doubts={foresight.doubts} />}
      <h3>What it means</h3>
      <ul>
        {moves.length === 0 && <li>nothing has to change</li>}
        {effects.map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
    </div>
  );
}

function Doubts({ doubts }: { doubts: readonly string[] }) {
  return (
    <ul class="trouble doubts" aria-label="What speaks against it">
      {doubts.map((doubt) => (
        <li key={doubt}>{doubt}</li>
      ))}
    </ul>
  );
}

function FailingChecks({ route, to }: { route: RouteStatus; to: Rung }) {
  const isAsked = goesUp(route, to) && GATED.has(to.stage);
  const assessment = useJudged(route.id, isAsked ? to.stage : null)?.report?.assessment;
  const failing = assessment?.checks.filter(({ verdict }) => verdict !== "yes") ?? [];
  if (!isAsked || assessment === undefined) return null;
  if (failing.length === 0)
    return <p class="verdict is-yes">All {assessment.checks.length} checks passed.</p>;
  return (
    <div class="failing" tabIndex={0} role="group" aria-label="Checks that do not say yes">
      <h3>
        {failing.length} of {assessment.checks.length} checks do not say yes
      </h3>
      <Checklist checks={failing} />
    </div>
  );
}
