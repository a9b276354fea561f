import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import { operator } from "../api/operator.ts";
import { openFlip } from "../flip/flip-wish.ts";
import { perform } from "../flip/outcome.ts";
import { rollBack } from "../flip/rollback.ts";
import { Icon } from "../parts/icon.tsx";
import { hashOf } from "../place.ts";

/** What can be done with one route. */
export function RouteActions({ route }: { route: RouteStatus }) {
  const { id, paused, killed, stage } = route;
  const pause = () =>
    perform(
      operator.pause({ route: id, on: !paused, reason: `${paused ? "resumed" : "paused"} on the page` }),
      `${id} is ${paused ? "no longer paused" : "paused"}`,
    );
  const kill = () =>
    perform(
      operator.kill({ route: id, on: !killed, reason: `${killed ? "resumed" : "stopped"} on the page` }),
      killed ? `${id} goes by its stage again` : `legacy answers all of ${id}`,
    );
  return (
    <div class="buttons">
      <a class="button" href={hashOf("diffs", id)}>
        Differences
      </a>
      <button type="button" onClick={() => void pause()}>
        <Icon name="pause" /> {paused ? "Resume" : "Pause"}
      </button>
      <button type="button" class={killed ? "" : "danger-quiet"} onClick={() => void kill()}>
        <Icon name="stop" /> {killed ? "Let the function answer again" : "Stop this route"}
      </button>
      {stage !== "legacy" && (
        <button type="button" title="One rung down, at once" onClick={() => void rollBack(route)}>
          <Icon name="down" /> Roll back
        </button>
      )}
      <button type="button" class="primary" onClick={() => openFlip(route)}>
        <Icon name="up" /> Move…
      </button>
    </div>
  );
}
