import type { FlagChange } from "../flags/writer.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { Flipped, KillRequest } from "./contract.ts";
import { findRoute, rungOf } from "./find-route.ts";
import type { Operator } from "./operator.ts";
import { Refusal } from "./refusal.ts";
import { signatureOf, write, type Wanted } from "./write-flags.ts";

/**
 * The emergency stop, of one route or of everything. This gateway is stopped first, by its own file, which needs nothing
 * else to work; then the flags are told, for all the others. Switching it on is refused by nothing: whatever fails after
 * the stop is said, and the stop stays.
 */
export function kills(parts: AdminParts): Pick<Operator, "kill"> {
  return {
    async kill(request) {
      const { on, route: routeId = null } = request;
      if (routeId !== null) findRoute(parts.table(), routeId);
      const { version } = parts.flags.current();
      const isOn = isKilled(parts, routeId);
      if (isOn === on || request.dryRun === true)
        return result(parts, { made: false, from: version, to: version });
      return on ? stop(parts, routeId, request) : resume(parts, routeId, request);
    },
  };
}

function isKilled({ flags, stop }: AdminParts, routeId: string | null): boolean {
  const { killed, routes } = flags.current();
  if (stop.stops(routeId)) return true;
  return routeId === null ? killed : routes.get(routeId)?.killed === true;
}

async function stop(parts: AdminParts, routeId: string | null, request: KillRequest): Promise<Flipped> {
  const signature = signatureOf({ ...request, reason: request.reason ?? "killed" });
  const notes: string[] = [];
  await parts.stop.stop(routeId, signature).catch((error: unknown) => {
    notes.push(`this gateway's own stop could not be written: ${String(error)}`);
  });
  const from = parts.flags.current().version;
  try {
    const { version, notes: more } = await write(
      parts,
      changeOf(parts, routeId, true, signature),
      request.expectVersion,
      wanted(routeId, true),
    );
    return result(parts, { made: true, from, to: version, notes: [...notes, ...more] });
  } catch (error) {
    // Only when neither worked is there nothing that stops.
    if (!(error instanceof Refusal) || !parts.stop.stops(routeId)) throw error;
    notes.push(
      `this gateway is stopped; the flags could not be told, so other gateways go on: ${error.message}`,
      "stop each of them by `banyan kill --admin URL`, or by an empty file `kill` in its data folder",
    );
    return result(parts, { made: true, from, to: from, notes });
  }
}

async function resume(parts: AdminParts, routeId: string | null, request: KillRequest): Promise<Flipped> {
  const signature = signatureOf({ ...request, reason: request.reason ?? "kill switch off" });
  const from = parts.flags.current().version;
  await parts.stop.resume(routeId, signature);
  // What is left is what the flags themselves say.
  if (!isKilled(parts, routeId)) return result(parts, { made: true, from, to: from });
  const change = changeOf(parts, routeId, false, signature);
  const { version: to, notes } = await write(parts, change, request.expectVersion, wanted(routeId, false));
  return result(parts, { made: true, from, to, notes });
}

function changeOf(
  parts: AdminParts,
  routeId: string | null,
  on: boolean,
  signature: { by: string; reason: string },
): FlagChange {
  if (routeId === null) return { kill: on, ...signature };
  const route = findRoute(parts.table(), routeId);
  const { stage, percent } = rungOf(route, parts.flags.current(), parts.clock.now());
  return { routeId, stage, ...(percent !== null && { percent }), kill: on, ...signature };
}

function wanted(routeId: string | null, on: boolean): Wanted {
  return { action: on ? "kill" : "kill-off", moves: [{ route: routeId, from: null, to: null }] };
}

function result(
  { flags }: AdminParts,
  { made, from, to, notes = [] }: { made: boolean; from: string; to: string; notes?: string[] },
): Flipped {
  const { killed } = flags.current();
  return { made, dryRun: false, previousVersion: from, version: to, killed, moves: [], effects: [], notes };
}
