import { flipRefusal, rungAbove, rungBelow, type Rung } from "../flags/transitions.ts";
import type { FlagChange, FlipResult } from "../flags/writer.ts";
import type { Route } from "../routes/route.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { Flipped, Move, RollbackRequest } from "./contract.ts";
import { findRoute, rungOf } from "./find-route.ts";
import type { Operator } from "./operator.ts";
import { Refusal, type RefusalKind } from "./refusal.ts";
import { rungText } from "./rung-text.ts";

/** Who asks for a change and why, and what it was decided on. */
interface Signed {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  readonly expectVersion?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Changes of the flags: judged by where each route stands now, then written on exactly that version. */
export function flips(parts: AdminParts): Pick<Operator, "flip" | "promote" | "rollback" | "kill"> {
  const where = (routeId: string) => {
    const route = findRoute(parts.table(), routeId);
    return { route, from: bare(rungOf(route, parts.flags.current(), parts.clock.now())) };
  };

  return {
    async flip({ route: routeId, stage, percent = null, force = false, ...signed }) {
      const { route, from } = where(routeId);
      const to = { stage, percent: percent ?? (from.stage === stage ? from.percent : null) };
      return make(parts, [legal(route, from, to, force)], signed);
    },
    async promote({ route: routeId, percent = null, ...signed }) {
      const { route, from } = where(routeId);
      const to = rungAbove(from.stage, percent);
      if (to === null) throw new Refusal("not-legal", `${route.id} is ${from.stage}: there is no rung above`);
      return make(parts, [legal(route, from, to, false)], { ...signed, reason: signed.reason ?? "promoted" });
    },
    async rollback(request) {
      const routes = "all" in request ? parts.table().routes : [where(request.route).route];
      const moves = routes.flatMap((route) => {
        const from = bare(rungOf(route, parts.flags.current(), parts.clock.now()));
        const to = rungBelow(from.stage, percentOf(request));
        return to === null ? [] : [legal(route, from, to, false)];
      });
      return make(parts, moves, { ...request, reason: request.reason ?? "rolled back" });
    },
    async kill({ on, ...signed }) {
      const { killed } = parts.flags.current();
      if (killed === on || signed.dryRun === true) return untouched(parts, [], signed, on);
      // Never refused for want of a version: an emergency stop means what it says.
      const reason = signed.reason ?? (on ? "killed" : "kill switch off");
      const change = { kill: on, ...signatureOf({ ...signed, reason }) };
      const { previousVersion, version } = await write(parts, withVersion(change, signed.expectVersion), {
        inWords: on ? "kill" : "kill off",
      });
      return { made: true, dryRun: false, previousVersion, version, killed: on, moves: [] };
    },
  };
}

function percentOf(request: RollbackRequest): number | null {
  return "all" in request ? null : (request.percent ?? null);
}

function bare({ stage, percent }: Rung): Rung {
  return { stage, percent };
}

function legal(route: Route, from: Rung, to: Rung, force: boolean): Move {
  const refusal = flipRefusal(from.stage, to, { force });
  if (refusal === null) return { route: route.id, from, to };
  throw new Refusal("not-legal", refusal, `banyan status ${route.id}`);
}

/** Writes moves one after another, each on the version that the one before it made. */
async function make(parts: AdminParts, moves: Move[], signed: Signed): Promise<Flipped> {
  const flags = parts.flags.current();
  const needed = moves.filter(({ from, to }) => from.stage !== to.stage || from.percent !== to.percent);
  if (needed.length === 0 || signed.dryRun === true) return untouched(parts, needed, signed, flags.killed);
  let expectVersion = signed.expectVersion ?? flags.version;
  for (const [index, { route, from, to }] of needed.entries()) {
    const change = { routeId: route, stage: to.stage, ...signatureOf(signed) };
    const result = await write(
      parts,
      withVersion(to.percent === null ? change : { ...change, percent: to.percent }, expectVersion),
      { inWords: `${route}: ${rungText(from)} → ${rungText(to)}`, madeBefore: needed.slice(0, index) },
    );
    expectVersion = result.version;
  }
  return {
    made: true,
    dryRun: false,
    previousVersion: signed.expectVersion ?? flags.version,
    version: expectVersion,
    killed: flags.killed,
    moves: needed,
  };
}

/** What comes of a wish that writes nothing; a version that has moved on is a conflict all the same. */
function untouched({ flags }: AdminParts, moves: Move[], signed: Signed, killed: boolean): Flipped {
  const { version } = flags.current();
  if (signed.expectVersion !== undefined && signed.expectVersion !== version) {
    throw new Refusal(
      "conflict",
      `the flags are at version ${version}, not at ${signed.expectVersion}`,
      LOOK_AGAIN,
    );
  }
  const dryRun = signed.dryRun === true;
  return { made: false, dryRun, previousVersion: version, version, killed, moves };
}

const LOOK_AGAIN = "banyan status";

const REFUSED: Readonly<Record<Extract<FlipResult, { made: false }>["why"], RefusalKind>> = {
  conflict: "conflict",
  invalid: "invalid-flags",
  busy: "busy",
  failed: "failed",
};

async function write(
  { writer, telemetry }: AdminParts,
  change: FlagChange,
  { inWords, madeBefore = [] }: { inWords: string; madeBefore?: readonly Move[] },
): Promise<{ version: string; previousVersion: string }> {
  const result = await writer.apply(change);
  telemetry.flipped({ by: change.by, change: inWords, reason: change.reason, made: result.made });
  if (result.made) return result;
  const done = madeBefore.map(({ route }) => route).join(", ");
  const partly = done === "" ? "" : `; already moved: ${done}`;
  throw new Refusal(REFUSED[result.why], `${result.message}${partly}`, LOOK_AGAIN);
}

function signatureOf({ by = "somebody", reason = "no reason given" }: Signed): {
  by: string;
  reason: string;
} {
  return { by, reason };
}

function withVersion<C extends FlagChange>(change: C, expectVersion: string | undefined): C {
  return expectVersion === undefined ? change : { ...change, expectVersion };
}
