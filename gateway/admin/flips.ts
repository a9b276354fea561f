import type { AuditAction } from "../audit/audit-log.ts";
import { flagOf } from "../flags/decide.ts";
import { flipRefusal, goesUp, rungAbove, rungBelow, type Rung } from "../flags/transitions.ts";
import type { RouteChange } from "../flags/writer.ts";
import type { Route } from "../routes/route.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { Flipped, Move, RollbackRequest } from "./contract.ts";
import { effectsOf } from "./effects.ts";
import { findRoute, rungOf } from "./find-route.ts";
import type { Operator } from "./operator.ts";
import { unproven } from "./proof.ts";
import { Refusal } from "./refusal.ts";
import { rungText } from "./rung-text.ts";
import { signatureOf, write, type Signed } from "./write-flags.ts";

/** How much is asked of a move. */
interface Wish {
  readonly force?: boolean | undefined;
  /** True when the whole group of the route is meant. */
  readonly group?: boolean | undefined;
}

/** Changes of stages: judged by where each route stands now, then written at once on exactly that version. */
export function flips(parts: AdminParts): Pick<Operator, "flip" | "promote" | "rollback" | "pause"> {
  const standing = (route: Route) => bare(rungOf(route, parts.flags.current(), parts.clock.now()));
  const meant = (routeId: string, group = false): Route[] => {
    const route = findRoute(parts.table(), routeId);
    return group ? parts.table().routes.filter((other) => other.group === route.group) : [route];
  };
  const judged = (
    routes: readonly Route[],
    rungFor: (from: Rung, route: Route) => Rung,
    wish: Wish,
  ): Move[] => {
    const moves = routes.map((route) => {
      const from = standing(route);
      return legal(route, from, rungFor(from, route), wish);
    });
    for (const { route, from, to } of moves) {
      if (wish.force === true || !goesUp(from, to)) continue;
      if (isPaused(parts, route)) {
        const next = `banyan pause ${route} --off`;
        throw new Refusal("not-legal", `${route} is paused, and moves up only when it is resumed`, next);
      }
      staysWithItsGroup(parts, route, to, moves);
    }
    return moves;
  };

  return {
    async flip({ route, stage, percent = null, force, group, until, ...signed }) {
      const to = (from: Rung) => ({
        stage,
        percent: percent ?? (from.stage === stage ? from.percent : null),
      });
      const moves = judged(meant(route, group), to, { force, group });
      const doubts = await doubtsOf(parts, moves, { force, ...signed });
      return make(parts, "flip", moves, { ...signed, force, doubts }, until ?? null);
    },
    async promote({ route: routeId, percent = null, force, group, ...signed }) {
      const to = (from: Rung, { id }: Route) => {
        if (from.stage === "cutover") {
          const message = `${id} is in cutover, and above it legacy is let go of for good`;
          throw new Refusal("not-legal", message, `banyan flip ${id} retired --reason "…"`);
        }
        const above = rungAbove(from.stage, percent);
        if (above !== null) return above;
        throw new Refusal("not-legal", `${id} is ${from.stage}: there is no rung above`);
      };
      const moves = judged(meant(routeId, group), to, { force, group });
      const doubts = await doubtsOf(parts, moves, { force, ...signed });
      return make(parts, "promote", moves, { ...signed, force, doubts, reason: signed.reason ?? "promoted" });
    },
    async rollback(request) {
      const all = "all" in request;
      const routes = all ? parts.table().routes : meant(request.route, request.group);
      const moves = routes.flatMap((route) => {
        const from = standing(route);
        const to = rungBelow(from.stage, percentOf(request));
        if (!all && request.percent !== undefined && to?.stage !== "canary") {
          const where = to === null ? "is at the bottom already" : `goes back to ${to.stage}`;
          throw new Refusal("not-legal", `${route.id} ${where}, which takes no percentage: leave it out`);
        }
        return to === null ? [] : [legal(route, from, to, {})];
      });
      return make(parts, "rollback", moves, { ...request, reason: request.reason ?? "rolled back" });
    },
    async pause({ route: routeId, on, ...signed }) {
      const route = findRoute(parts.table(), routeId);
      if (isPaused(parts, routeId) === on) return untouched(parts, [], signed);
      const { stage, percent } = standing(route);
      const reason = signed.reason ?? (on ? "paused" : "resumed");
      const move = { route: routeId, from: { stage, percent }, to: { stage, percent } };
      if (signed.dryRun === true) return untouched(parts, [move], signed);
      const change = { ...changeOf(move), pause: on, ...signatureOf({ ...signed, reason }) };
      const wanted = {
        action: on ? "pause" : "resume",
        moves: [{ route: routeId, from: null, to: null }],
      } as const;
      const written = await write(
        parts,
        change,
        signed.expectVersion ?? parts.flags.current().version,
        wanted,
      );
      return answer(parts, { made: true, ...written, moves: [] });
    },
  };
}

/**
 * What speaks against moves for want of evidence. Rejects with a Refusal unless they are forced, or only looked at: then it
 * is said beside what comes of them.
 */
async function doubtsOf(
  parts: AdminParts,
  moves: readonly Move[],
  {
    force = false,
    dryRun = false,
  }: { readonly force?: boolean | undefined; readonly dryRun?: boolean | undefined },
): Promise<string[]> {
  const found = await unproven(parts, moves);
  const [first] = found;
  if (first === undefined || force || dryRun) return found.map(({ route, says }) => `${route}: ${says}`);
  const next = `banyan can-i-cutover ${first.route} --to ${first.to}, or --force and a reason`;
  throw new Refusal("not-proven", `${first.route} stays where it is, as ${first.says}`, next);
}

function percentOf(request: RollbackRequest): number | null {
  return "all" in request ? null : (request.percent ?? null);
}

function bare({ stage, percent }: Rung): Rung {
  return { stage, percent };
}

function isPaused(parts: AdminParts, routeId: string): boolean {
  const route = findRoute(parts.table(), routeId);
  return flagOf(route, parts.flags.current(), parts.clock.now()).paused === true;
}

function legal(route: Route, from: Rung, to: Rung, { force = false }: Wish): Move {
  const refusal = flipRefusal(from.stage, to, { force });
  if (refusal === null) return { route: route.id, from, to };
  throw new Refusal("not-legal", refusal, `banyan status ${route.id}`);
}

/** Routes that share state move their clients together: two canaries of a group have one percentage. */
function staysWithItsGroup(parts: AdminParts, routeId: string, to: Rung, moves: readonly Move[]): void {
  if (to.stage !== "canary") return;
  const table = parts.table();
  const { group } = findRoute(table, routeId);
  for (const other of table.routes) {
    if (other.group !== group || other.id === routeId) continue;
    const moved = moves.find(({ route }) => route === other.id)?.to;
    const rung = moved ?? rungOf(other, parts.flags.current(), parts.clock.now());
    if (rung.stage !== "canary" || rung.percent === to.percent) continue;
    const message = `${routeId} and ${other.id} are of group ${group}: with ${rungText(to)} here and ${rungText(rung)} there, a client would be on both sides`;
    throw new Refusal("not-legal", message, "add --group to move them together, or --force to have it so");
  }
}

function changeOf({ route, to }: Pick<Move, "route" | "to">): RouteChange {
  return { routeId: route, stage: to.stage, ...(to.percent !== null && { percent: to.percent }) };
}

/** Writes all moves in one version, or none. A flag that is flipped does not end by itself unless that is said. */
async function make(
  parts: AdminParts,
  action: AuditAction,
  moves: Move[],
  signed: Signed & Pick<Wish, "force"> & { readonly doubts?: readonly string[] },
  until: string | null = null,
): Promise<Flipped> {
  const needed = moves.filter(
    ({ from, to }) => from.stage !== to.stage || from.percent !== to.percent || until !== null,
  );
  const doubts = signed.doubts ?? [];
  if (needed.length === 0 || signed.dryRun === true) return untouched(parts, needed, signed, doubts);
  const [first, ...others] = needed.map((move) => ({ ...changeOf(move), until }));
  const change = others.length === 0 ? first! : { moves: [first!, ...others] };
  const expectVersion = signed.expectVersion ?? parts.flags.current().version;
  const written = await write(parts, { ...change, ...signatureOf(signed) }, expectVersion, {
    action,
    moves: needed,
    forced: signed.force,
  });
  return answer(parts, {
    made: true,
    ...written,
    notes: [...doubts, ...(written.notes ?? [])],
    moves: needed,
  });
}

/** What comes of a wish that writes nothing; a version that has moved on is a conflict all the same. */
function untouched(parts: AdminParts, moves: Move[], signed: Signed, notes: readonly string[] = []): Flipped {
  const { version } = parts.flags.current();
  if (signed.expectVersion !== undefined && signed.expectVersion !== version) {
    const message = `the flags are at version ${version}, not at ${signed.expectVersion}`;
    throw new Refusal("conflict", message, "banyan status");
  }
  const made = { made: false, previousVersion: version, version, moves };
  return answer(parts, { ...made, dryRun: signed.dryRun === true, notes: [...notes] });
}

function answer(
  parts: AdminParts,
  facts: Pick<Flipped, "made" | "previousVersion" | "version" | "moves"> & {
    dryRun?: boolean;
    notes?: string[];
  },
): Flipped {
  const effects = effectsOf(parts, facts.moves);
  return { dryRun: false, notes: [], effects, ...facts, killed: parts.flags.current().killed };
}
