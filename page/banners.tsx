import type { ComponentChildren } from "preact";
import type { Status } from "../gateway/admin/status-contract.ts";
import { operator } from "./api/operator.ts";
import { perform } from "./flip/outcome.ts";
import { useJudgements } from "./live/assessments.ts";
import type { LiveStatus } from "./live/live-status.ts";
import { Icon } from "./parts/icon.tsx";
import { instant } from "./parts/number-text.ts";

/** What concerns every route, above everything else. */
export function Banners({ live: { status, by, problem } }: { live: LiveStatus }) {
  const judgement = useJudgements();
  const disagreement = status?.routes
    .map((route) => judgement(route)?.checks.find(({ name }) => name === "gateways"))
    .find((check) => check !== undefined && check.verdict !== "yes");
  return (
    <div class="banners" role="alert">
      {by === "lost" && status !== null && (
        <Banner tone="bad">What is shown is old: {problem?.message ?? "the gateway does not answer"}.</Banner>
      )}
      {status?.flags.killed === true && <Killed status={status} />}
      {status !== null && status.configProblem !== null && (
        <Banner tone="bad">
          The newest routes.yaml is not in use, the one before it is:{" "}
          <span class="mono">{status.configProblem}</span>
        </Banner>
      )}
      {status !== null && !status.flags.fresh && (
        <Banner tone="warn">
          The flags are stale: last read{" "}
          {status.flags.readAt === null ? "never" : instant(status.flags.readAt)}
          {status.flags.problem === null ? "." : `: ${status.flags.problem}`}
        </Banner>
      )}
      {status !== null && status.flags.fresh && status.flags.problem !== null && (
        <Banner tone="warn">{status.flags.problem}</Banner>
      )}
      {status?.problems.map((text) => (
        <Banner tone="warn" key={text}>
          {text}
        </Banner>
      ))}
      {status?.ready?.ready === false && (
        <Banner tone="warn">Not ready for requests: {status.ready.reasons.join("; ")}</Banner>
      )}
      {status?.legacy?.state === "fails" && (
        <Banner tone="bad">Legacy fails: {status.legacy.says}. The gateway itself takes requests.</Banner>
      )}
      {disagreement !== undefined && <Banner tone="warn">{disagreement.says}</Banner>}
    </div>
  );
}

function Killed({ status }: { status: Status }) {
  const resume = () =>
    perform(operator.kill({ on: false, reason: "resumed on the page" }), "the stages count again");
  return (
    <Banner tone="bad">
      The kill switch is on: legacy answers everything
      {status.flags.stoppedHere ? ", by this gateway’s own stop" : ""}.{" "}
      <button type="button" onClick={() => void resume()}>
        Switch it off
      </button>
    </Banner>
  );
}

function Banner({ tone, children }: { tone: "bad" | "warn"; children: ComponentChildren }) {
  return (
    <div class={`banner is-${tone}`}>
      <Icon name={tone === "bad" ? "stop" : "warning"} />
      <span>{children}</span>
    </div>
  );
}
