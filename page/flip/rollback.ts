import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import { operator } from "../api/operator.ts";
import { liveStatus } from "../live/live-status.ts";
import { say } from "../parts/announcement.tsx";
import { openFlip } from "./flip-wish.ts";
import { outcomeText, perform } from "./outcome.ts";

/**
 * One rung down, at once: going back does no harm that waiting does not do more of. It is one rung below what the page
 * shows, so it goes by the version that is shown.
 */
export async function rollBack(route: RouteStatus): Promise<void> {
  const expectVersion = liveStatus.get().status?.flags.version;
  const wish = {
    route: route.id,
    reason: "rolled back on the page",
    ...(expectVersion && { expectVersion }),
  };
  const flipped = await perform(operator.rollback(wish));
  const [move] = flipped?.moves ?? [];
  if (!flipped?.made || move === undefined) return;
  say(outcomeText(flipped), "good", {
    label: "Move it up again…",
    run() {
      const now = liveStatus.get().status?.routes.find(({ id }) => id === route.id);
      if (now !== undefined) openFlip(now, move.from);
    },
  });
}
