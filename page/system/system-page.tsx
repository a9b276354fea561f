import type { Status } from "../../gateway/admin/status-contract.ts";
import { operator } from "../api/operator.ts";
import { useStore } from "../store.ts";
import { liveStatus } from "../live/live-status.ts";
import { useLoaded } from "../parts/loaded.ts";
import { count, instant } from "../parts/number-text.ts";
import { Trouble } from "../parts/trouble.tsx";
import { settingsIn } from "./settings.ts";

const FED_BY = {
  events: "live, by events",
  polling: "by asking every few seconds",
  lost: "not at all: it does not answer",
};

/** The gateway itself: versions, flags, limits, and the configuration in use. */
export function SystemPage({ status }: { status: Status }) {
  const { value, problem } = useLoaded(() => operator.config(), [status.version, status.configProblem]);
  const { by } = useStore(liveStatus);
  const { flags, ready, unmatched } = status;
  const config: unknown = value === null ? null : JSON.parse(value.text);
  return (
    <>
      <h1 tabIndex={-1}>System</h1>
      <div class="columns">
        <Facts
          title="Gateway"
          facts={[
            ["version", status.version],
            [
              "takes requests",
              ready === null ? "no gateway runs" : ready.ready ? "yes" : `no: ${ready.reasons.join("; ")}`,
            ],
            ["legacy", status.legacy?.says ?? "–"],
            ["configuration", status.configProblem ?? "the newest routes.yaml is in use"],
            ["routes", count(status.routes.length)],
            [
              "requests of no route",
              unmatched === null ? "–" : `${count(unmatched.requests)}, all to legacy`,
            ],
            ["this page is fed", FED_BY[by]],
          ]}
        />
        <Facts
          title="Flags"
          facts={[
            ["version", flags.version],
            ["read", flags.readAt === null ? "never" : instant(flags.readAt)],
            ["fresh", flags.fresh ? "yes" : "no: what was known last is in use"],
            ["problem", flags.problem ?? "none"],
            [
              "kill switch",
              flags.killed ? (flags.stoppedHere ? "on, by this gateway’s own stop" : "on") : "off",
            ],
          ]}
        />
      </div>
      <Trouble problem={problem} />
      {config !== null && (
        <>
          <Facts title="Settings in use" facts={settingsIn(config)} />
          <details class="panel">
            <summary>routes.yaml in use, as JSON; variables are not filled in</summary>
            <pre tabIndex={0}>{JSON.stringify(config, null, 2)}</pre>
          </details>
        </>
      )}
    </>
  );
}

function Facts({ title, facts }: { title: string; facts: readonly (readonly [string, string])[] }) {
  const id = `facts-${title.replaceAll(" ", "-").toLowerCase()}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <dl class="extras">
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
