import type { AdmittedCall, Breaker } from "../breaker/breaker.ts";
import type { Clock } from "../clock.ts";
import { wentOverCap, type Observation } from "../diff/observation.ts";
import { stickyKey } from "../flags/sticky-key.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { CopyKind } from "../http/shadow-field.ts";
import { paramsOf } from "../routes/pattern.ts";
import type { Route } from "../routes/route.ts";
import { isSafe } from "../routes/shadowing.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { countsAgainst } from "../upstreams/fallback.ts";
import type { Side, Upstream } from "../upstreams/upstream.ts";
import type { Budget } from "./budget.ts";
import { Capture } from "./capture.ts";
import { copyOf } from "./copy.ts";
import type { DropReason } from "./drop-reason.ts";
import type { Judge } from "./judge.ts";
import { rungOfCopy } from "./ladder.ts";
import type { Copying, Mirror } from "./mirror.ts";
import { observationOf, observe, reachFor, type Observed } from "./observe.ts";
import type { ShadowSides } from "./shadow-sides.ts";
import type { Sampling } from "./sampling.ts";

export interface MirrorParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly budget: Budget;
  readonly sampling: Sampling;
  readonly judge: Judge;
  /** Null for a route that is gone. */
  readonly sides: (route: Route) => ShadowSides | null;
  /** Of copies alone: what fails in shadow must not keep anybody from being answered. */
  readonly breaker: (route: Route, side: Side) => Breaker;
  /** Bytes that are kept of each body. */
  readonly bodyBytes: number;
  readonly random: () => number;
}

/** A mirror that says no rather than queue. What it holds is bounded by its budget, whatever the other side does. */
export function budgetedMirror(parts: MirrorParts): Mirror {
  const drop = (route: Route, to: Side, reason: DropReason) => {
    parts.judge.dropped(route, to, reason);
    parts.telemetry.shadowed({ route, candidate: to, outcome: "dropped", reason });
    return null;
  };

  return {
    consider(request, route, { shadow: to }) {
      if (to === null) return null;
      if (request.copy !== null) return drop(route, to, "loop");
      const rung = rungOfCopy(request.method, to, route.shadow);
      if ("drop" in rung) return drop(route, to, rung.drop);
      const key = route.shadow.by === "client" ? keyOf(request, route) : null;
      const refused = parts.sampling.refuses(route, key) ?? parts.budget.enter();
      if (refused !== null) return drop(route, to, refused);
      return copying(request, route, { to, kind: rung.kind }, parts, (reason) => drop(route, to, reason));
    },
  };
}

/** Nothing is handed out here: a client that has no key yet is not copied. */
function keyOf(request: GatewayRequest, { stickyBy, pattern }: Route): string | null {
  const found = stickyKey(stickyBy, request, paramsOf(pattern, request.target.path));
  return found === null || found.setCookie !== null ? null : found.key;
}

interface Destination {
  readonly to: Side;
  readonly kind: CopyKind;
}

/** One request on its way to being copied. It has its place in the budget until all is over. */
function copying(
  request: GatewayRequest,
  route: Route,
  destination: Destination,
  parts: MirrorParts,
  drop: (reason: DropReason) => void,
): Copying {
  const { clock, budget, bodyBytes } = parts;
  const askedAt = clock.elapsed();
  const sent = new Capture(bodyBytes, budget);
  const answered = new Capture(bodyBytes, budget);
  let observation: (() => Observation) | null = null;
  request.body.copyInto(sent);

  const run = async (by: Side | "gateway", complete: boolean): Promise<DropReason | null> => {
    if (by === destination.to || by === "gateway") return "stood-in";
    if (!complete || observation === null) return "incomplete";
    if (answered.givenUp) return "bytes";
    const body = await bodyOf(request, sent, bodyBytes);
    if (typeof body === "string") return body;
    return compareWith(observation(), { request, route, body, ...destination }, parts);
  };
  const runToTheEnd = async (by: Side | "gateway", complete: boolean) => {
    try {
      const reason = await run(by, complete);
      if (reason !== null) drop(reason);
    } catch (error) {
      parts.telemetry.unexpected({ where: "mirror", error });
    } finally {
      sent.release();
      answered.release();
      budget.leave();
    }
  };

  return {
    watch(answer) {
      const durationMs = clock.elapsed() - askedAt;
      if (Buffer.isBuffer(answer.body)) answered.add(answer.body);
      else answer.body.on("data", (chunk: Buffer) => answered.add(chunk));
      observation = () => observationOf(answer, answered, durationMs);
    },
    answered({ by, complete }) {
      // Not in the turn in which a client is answered.
      setImmediate(() => void runToTheEnd(by, complete));
    },
  };
}

/** The request's body as it was sent on, or why there is none. */
async function bodyOf(
  { body }: GatewayRequest,
  sent: Capture,
  maxBytes: number,
): Promise<Buffer | DropReason> {
  if (!body.ended) return "body-unread";
  if (body.replayable) return (await body.whole(maxBytes)) ?? "body-too-large";
  if (sent.givenUp) return "bytes";
  const captured = sent.body();
  return wentOverCap(captured) ? "body-too-large" : captured.bytes;
}

interface ToCopy extends Destination {
  readonly request: GatewayRequest;
  readonly route: Route;
  readonly body: Buffer;
}

/** Asks the other side, and legacy a second time where that is due, and has the answers compared. */
async function compareWith(
  primary: Observation,
  copy: ToCopy,
  parts: MirrorParts,
): Promise<DropReason | null> {
  const { request, route, body, to, kind } = copy;
  const sides = parts.sides(route);
  const upstream = sides === null ? null : kind === "rehearsal" ? sides.rehearsal : sides[to];
  if (sides === null || upstream === null) return "no-target";
  const call = parts.breaker(route, to).admit();
  if (call === null) return "breaker-open";

  const reach = reachFor(primary, parts.bodyBytes);
  const copied = () =>
    copyOf(request, body, kind, { leaveOut: route.shadow.without, signal: new AbortController().signal });
  const ask = (side: Upstream) => observe(side, copied(), route.shadow.timeoutMs, reach, parts);
  const asksTwice =
    to === "function" && isSafe(request.method) && parts.random() * 100 < route.shadow.secondaryPercent;
  // Before the other side or after it, by chance: or what changes with time would look like one side's fault.
  const secondaryFirst = asksTwice && parts.random() < 0.5;
  let secondary = secondaryFirst ? await ask(sides.legacy) : null;
  const candidate = await ask(upstream);
  report(call, candidate);
  if (asksTwice && !secondaryFirst) secondary = await ask(sides.legacy);
  try {
    if (candidate === null) return "bytes";
    const { id, method, target, headers } = copied();
    const judged = await parts.judge.judge({
      route,
      request: { id, method, target, headers },
      body,
      candidateSide: to,
      primary,
      candidate: candidate.observation,
      secondary: secondary?.observation ?? null,
      at: parts.clock.now(),
    });
    if (typeof judged !== "string") return judged.drop;
    parts.sampling.compared(route.id, versionIn(to === "function" ? candidate.observation : primary));
    parts.telemetry.shadowed({ route, candidate: to, outcome: judged, reason: null });
    return null;
  } finally {
    candidate?.release();
    secondary?.release();
  }
}

/** The function version that ran, where its host says so. */
function versionIn(ofFunction: Observation): string | null {
  return ofFunction.kind === "answered" ? ofFunction.version : null;
}

function report(call: AdmittedCall, observed: Observed | null): void {
  if (observed === null) return call.ignored();
  const { observation, cutOff } = observed;
  const { durationMs } = observation;
  // Whoever answers far too much costs as much as whoever does not answer, and tells as little.
  const failed =
    cutOff ||
    (observation.kind === "failed" ? countsAgainst(observation.failure) : observation.status >= 500);
  if (failed) call.failed(durationMs);
  else call.succeeded(durationMs);
}
