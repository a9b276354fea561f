import { memoryStore } from "../../../gateway/store/memory.ts";
import type { AuditIntent, AuditLog, AuditOutcome } from "../../../gateway/audit/audit-log.ts";
import type { AdminParts, LiveParts } from "../../../gateway/admin/admin-parts.ts";
import { liveChanges } from "../../../gateway/admin/events-changes.ts";
import { loadConfig } from "../../../gateway/config/load.ts";
import { operatorsEntry } from "../../../gateway/config/operators-schema.ts";
import { emergencyStop } from "../../../gateway/flags/emergency-stop.ts";
import { NOTHING_STOPPED, type StopFile } from "../../../gateway/flags/stop-file.ts";
import type { FlagChange, FlagWriter } from "../../../gateway/flags/writer.ts";
import { routeTable, type RouteTable } from "../../../gateway/routes/table.ts";
import { builtInPrices } from "../../../gateway/cost/prices.ts";
import { counters } from "../../../gateway/telemetry/counters.ts";
import { silentTelemetry } from "../../../gateway/telemetry/silent.ts";
import { tallying } from "../../../gateway/telemetry/tallies.ts";
import { prove } from "../../support/proven-routes.ts";
import { fixedFlags, type FixedFlags } from "../../support/fixed-flags.ts";

export const ROUTES = `
version: 1
legacy: { url: "http://127.0.0.1:3000" }
routes:
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order }
    stickyBy: [ "header:x-user-id", "cookie:sid" ]
    stage: shadow
  any-order:
    match: { path: "/api/orders/{rest*}" }
    function: { lambda: any-order }
  create-order:
    match: { method: POST, path: /api/orders }
    function: { lambda: create-order, qualifier: "7" }
  shop-page:
    match: { path: "/pages/{name}", host: "*.example.com" }
    function: { lambda: page }
`;

export function tableOf(yaml: string): RouteTable {
  const loaded = loadConfig(yaml, "routes.yaml", {});
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  return routeTable(loaded.config.routes);
}

export const FROZEN = { now: () => Date.UTC(2026, 10, 21), elapsed: () => 0 };

const LOOPBACK = operatorsEntry.parse({});

/** A gateway's parts in memory. Flags start at version 1; each change that is made adds one. */
export async function fakeParts(live: Partial<LiveParts> = {}) {
  const flags = fixedFlags({ version: "1", routes: new Map(), killed: false });
  await flags.start();
  const changes: FlagChange[] = [];
  const audited: (AuditIntent | AuditOutcome)[] = [];
  const told: { by: string; change: string; made: boolean }[] = [];
  // Evidence speaks for all of them: what becomes of those that it does not speak for is in proof.test.ts.
  const evidence = memoryStore();
  await prove(evidence, table.routes, FROZEN.now());
  const parts: AdminParts = {
    table: () => table,
    flags,
    writer: memoryWriter(flags, changes),
    stop: emergencyStop(memoryStopFile()),
    audit: memoryAudit(audited),
    evidence,
    environment: "",
    configFile: "routes.yaml",
    via: { channel: "api", remote: null },
    telemetry: {
      ...silentTelemetry,
      flipped: ({ by, change, made }) => void told.push({ by, change, made }),
    },
    clock: FROZEN,
    version: "1.2.3",
    live: {
      readiness: () => ({ ready: true, reasons: [] }),
      breakers: () => [],
      recordings: {
        start: () => ({ counts: () => ({ recorded: 0, dropped: {} }), stop: async () => undefined }),
      },
      copyBreakers: () => [],
      startedAt: 0,
      configProblem: () => null,
      problems: () => [],
      config: () => ({}),
      operators: () => LOOPBACK,
      trusts: () => false,
      changes: liveChanges(),
      auditFile: "no-such-folder/audit.ndjson",
      counters: counters(FROZEN),
      countsIn: () => Promise.resolve(),
      workers: () => null,
      tallies: tallying().tallies,
      inFlight: () => 0,
      copiesInFlight: () => 0,
      lambdaEndpoint: () => null,
      prices: () => ({ region: "eu-central-1", prices: builtInPrices }),
      ...live,
    },
  };
  return { parts, flags, changes, told, audited, evidence };
}

/** An audit log in memory. */
function memoryAudit(records: (AuditIntent | AuditOutcome)[]): AuditLog {
  const receipt = () => ({ id: String(records.length), seq: records.length, hash: "" });
  return {
    begin: async (intent) => (records.push(intent), receipt()),
    end: async (_id, outcome) => (records.push(outcome), receipt()),
    observed: async () => null,
  };
}

/** A kill file in memory. */
function memoryStopFile(): Pick<StopFile, "current" | "set"> {
  let stopped = NOTHING_STOPPED;
  return { current: () => stopped, set: async (next) => void (stopped = next) };
}

const table = tableOf(ROUTES);

function memoryWriter(flags: FixedFlags, changes: FlagChange[]): FlagWriter {
  return {
    async apply(change) {
      const { version, routes, killed } = flags.current();
      if (change.expectVersion !== undefined && change.expectVersion !== version) {
        return { made: false, why: "conflict", message: `at version ${version}, made by bob at noon` };
      }
      changes.push(change);
      const next = String(Number(version) + 1);
      const moved = new Map(routes);
      const moves = "moves" in change ? change.moves : "routeId" in change ? [change] : [];
      for (const { routeId, stage, percent = 0, kill = false, pause = false } of moves) {
        moved.set(routeId, { stage, percent, killed: kill, paused: pause });
      }
      const isGlobal = !("moves" in change) && !("routeId" in change);
      flags.set({ version: next, routes: moved, killed: isGlobal ? change.kill : killed });
      return { made: true, version: next, previousVersion: version };
    },
  };
}
