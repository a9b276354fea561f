import { NO_COUNTS, nothingOf } from "../../gateway/store/increments.ts";
import { sqliteStore } from "../../gateway/store/sqlite.ts";

const HOURS = 7 * 24;
const HOUR_MS = 60 * 60 * 1000;
const BATCH = 1_000;

/** Fills a file with a week of evidence of these routes, `pairs` in all, spread evenly over their hours. */
export async function fillStore(file: string, routeIds: readonly string[], pairs: number): Promise<void> {
  const store = sqliteStore({ file });
  await store.start();
  const now = Date.now();
  const each = Math.ceil(pairs / routeIds.length / HOURS);
  const counts = { ...NO_COUNTS, compared: each, matched: each };
  const increments = routeIds.flatMap((routeId) =>
    Array.from({ length: HOURS }, (_, hour) => {
      const at = now - hour * HOUR_MS;
      return { ...nothingOf({ ...KEY, routeId }, at), counts, firstAt: at, lastAt: at };
    }),
  );
  for (let i = 0; i < increments.length; i += BATCH) {
    await store.append({
      id: `growth-${i}`,
      at: now,
      increments: increments.slice(i, i + BATCH),
      samples: [],
    });
  }
  await store.close();
}

const KEY = {
  candidate: "function",
  functionVersion: "1",
  legacyBuild: "",
  rulesDigest: "",
  environment: "",
} as const;
