import { rulesDigest } from "../../gateway/diff/rules-digest.ts";
import type { Route } from "../../gateway/routes/route.ts";
import type { EvidenceStore, Increment } from "../../gateway/store/evidence-store.ts";
import { NO_COUNTS } from "../../gateway/store/increments.ts";

const PAIRS = 100_000;
/** Under 2 ms, by far. */
const FAST = 3;

/** Evidence that speaks for every one of these routes, for tests of what comes after. `now` is when it was seen. */
export async function prove(
  store: Pick<EvidenceStore, "append" | "start">,
  routes: readonly Route[],
  now: number,
): Promise<void> {
  await store.start();
  await store.append({
    id: `proof of ${routes.map(({ id }) => id).join(", ")}`,
    at: now,
    increments: routes.map((route) => cleanPairs(route, now)),
    samples: [],
  });
}

function cleanPairs(route: Route, now: number): Increment {
  const methods = route.methods ?? ["GET"];
  return {
    key: {
      routeId: route.id,
      candidate: "function",
      functionVersion: "1",
      legacyBuild: "",
      rulesDigest: rulesDigest(route.compare),
      environment: "",
    },
    hour: Math.floor(now / 3_600_000),
    counts: { ...NO_COUNTS, compared: PAIRS, matched: PAIRS, identical: PAIRS },
    primaryDurations: { [FAST]: PAIRS },
    candidateDurations: { [FAST]: PAIRS },
    ratios: { 0: PAIRS },
    dropped: {},
    coverage: Object.fromEntries(methods.map((method) => [`${method} 200`, PAIRS / methods.length])),
    groups: [],
    noise: [],
    firstAt: now - 60_000,
    lastAt: now,
  };
}
