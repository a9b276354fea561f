import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../../gateway/clock.ts";
import { loadConfig } from "../../../gateway/config/load.ts";
import { DEFAULT_REDACTION, redactor } from "../../../gateway/diff/redact.ts";
import { comparePool } from "../../../gateway/judge/compare-pool.ts";
import { evidenceJudge } from "../../../gateway/judge/evidence-judge.ts";
import type { ReplayParts } from "../../../gateway/replay/replay.ts";
import { routings } from "../../../gateway/routing.ts";
import type { EvidenceStore } from "../../../gateway/store/evidence-store.ts";
import { memoryStore } from "../../../gateway/store/memory.ts";
import { silentTelemetry } from "../../../gateway/telemetry/silent.ts";

/** What a replay needs, made from a configuration as the command line makes it. */
export async function startReplaying(
  yaml: string,
  store: EvidenceStore = memoryStore(),
): Promise<ReplayParts & AsyncDisposable & { readonly store: EvidenceStore }> {
  const loaded = loadConfig(yaml, "routes.yaml", {});
  if ("problems" in loaded) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
  await using parts = new AsyncDisposableStack();
  await store.start();
  const comparer = comparePool();
  parts.defer(() => comparer.stop());
  const all = routings(loaded.config, { clock: systemClock, telemetry: silentTelemetry, viaName: "test" });
  parts.defer(() => all.close());
  const routing = all.current();
  const owned = parts.move();
  return {
    clock: systemClock,
    table: routing.table,
    legacy: routing.legacy,
    functionOf: ({ id }) => routing.functions.get(id) ?? null,
    store,
    judge: (writer) =>
      evidenceJudge({
        clock: systemClock,
        comparer,
        writer,
        environment: "test",
        legacyBuildHeader: null,
        redactor: redactor(DEFAULT_REDACTION, Buffer.alloc(32, 7)),
        onUnexpected: (error) => {
          throw error;
        },
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A server of HTTP on a free port. */
export async function startSide(answer: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A routes.yaml with one route for everything below `/items/`, on two servers. */
export function itemRoutes(legacyUrl: string, functionUrl: string, secondary = 0): string {
  return `version: 1
legacy: { url: "${legacyUrl}" }
routes:
  item: { match: { path: "/items/{id}" }, function: { url: "${functionUrl}" }, repeatable: false, shadow: { secondary: ${secondary}, writes: skip } }
`;
}
