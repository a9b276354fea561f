import type { AdmittedCall, Breaker } from "../breaker/breaker.ts";
import type { Clock } from "../clock.ts";
import type { Observation } from "../diff/observation.ts";
import { stickyKey } from "../flags/sticky-key.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { CopyKind } from "../http/shadow-field.ts";
import { asStep } from "../http/trace.ts";
import { paramsOf } from "../routes/pattern.ts";
import type { Route } from "../routes/route.ts";
import { isSafe } from "../routes/shadowing.ts";
import type { CopyMade, Telemetry } from "../telemetry/telemetry.ts";
import { countsAgainst } from "../upstreams/fallback.ts";
import type { Side, Upstream } from "../upstreams/upstream.ts";
import type { Budget } from "./budget.ts";
import { copyOf } from "./copy.ts";
import type { DropReason } from "./drop-reason.ts";
import type { Judge } from "./judge.ts";
import { rungOfCopy } from "./ladder.ts";
import type { Copying, Mirror } from "./mirror.ts";
import { observe, reachFor, type Observed } from "./observe.ts";
import { passing, type Passed } from "./passing.ts";
import type { Recorder, Taking } from "./recorder.ts";
import type { ShadowSides } from "./shadow-sides.ts";
import type { Sampling } from "./sampling.ts";

export interface MirrorParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly budget: Budget;
  readonly sampling: Sampling;
  readonly judge: Judge;
  readonly recorder: Recorder;
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
  const { judge, telemetry, sampling, recorder, budget } = parts;
  const dropped = (route: Route, to: Side, reason: DropReason, copy: CopyMade | null = null) => {
    judge.dropped(route, to, reason);
    telemetry.shadowed({ route, candidate: to, outcome: "dropped", reason, copy });
  };
  /** Where a copy goes and as what, or why none does. */
  const destinationOf = (request: GatewayRequest, route: Route, to: Side): Destination | DropReason => {
    if (request.copy !== null) return "loop";
    const rung = rungOfCopy(request.method, to, route.shadow);
    if ("drop" in rung) return rung.drop;
    const key = route.shadow.by === "client" ? keyOf(request, route) : null;
    const refused = sampling.refuses(route, key);
    if (refused !== null) return refused;
    return { route, to, kind: rung.kind, drop: (reason, copy) => dropped(route, to, reason, copy) };
  };

  return {
    consider(request, route, { shadow: to }) {
      const found = route === null || to === null ? null : destinationOf(request, route, to);
      const refused = typeof found === "string" ? found : null;
      if (route !== null && to !== null && refused !== null) dropped(route, to, refused);
      const destination = typeof found === "string" ? null : found;
      const taking =
        request.copy === null ? recorder.take(request, route, refused === "write-recorded") : null;
      if (destination === null && taking === null) return null;

      const uses: Use[] = [];
      if (taking !== null) uses.push(recording(request, route, taking));
      if (destination !== null) uses.push(comparing(request, destination, parts));
      const full = budget.enter();
      if (full === null) return copying(request, uses, parts);
      for (const use of uses) use.drop(full);
      return null;
    },
  };
}

/** Nothing is handed out here: a client that has no key yet is not copied. */
function keyOf(request: GatewayRequest, { stickyBy, pattern }: Route): string | null {
  const found = stickyKey(stickyBy, request, paramsOf(pattern, request.target.path));
  return found === null || found.setCookie !== null ? null : found.key;
}

interface Destination {
  readonly route: Route;
  readonly to: Side;
  readonly kind: CopyKind;
  readonly drop: (reason: DropReason, copy?: CopyMade) => void;
}

/** What is done with a request and its answer once they have passed; what rejects comes to nothing but a log line. */
interface Use {
  with(passed: Passed, by: Side | "gateway"): Promise<void>;
  drop(reason: DropReason): void;
}

function recording(request: GatewayRequest, route: Route | null, taking: Taking): Use {
  return {
    async with({ body, answer }, by) {
      taking.record({ request, route, body, answer, by });
    },
    drop: (reason) => taking.missed(reason),
  };
}

function comparing(request: GatewayRequest, destination: Destination, parts: MirrorParts): Use {
  const { to, drop } = destination;
  return {
    async with({ body, answer }, by) {
      if (by === to || by === "gateway") return drop("stood-in");
      const made = { request: asStep(request), startedAt: parts.clock.elapsed(), askedAt: null };
      const reason = await compareWith(answer, { made, body, ...destination }, parts);
      if (reason !== null) drop(reason, made);
    },
    drop,
  };
}

/** One request on its way to being used. It has its place in the budget until all is over. */
function copying(request: GatewayRequest, uses: readonly Use[], parts: MirrorParts): Copying {
  const captured = passing(request, parts.bodyBytes, parts);
  const runToTheEnd = async (by: Side | "gateway", complete: boolean) => {
    try {
      const passed = await captured.passed(complete);
      for (const use of uses) {
        if (typeof passed === "string") use.drop(passed);
        else await use.with(passed, by);
      }
    } catch (error) {
      parts.telemetry.unexpected({ where: "mirror", error });
    } finally {
      captured.release();
      parts.budget.leave();
    }
  };
  return {
    watch: (answer) => captured.watch(answer),
    answered({ by, complete }) {
      // Not in the turn in which a client is answered.
      setImmediate(() => void runToTheEnd(by, complete));
    },
  };
}

interface ToCopy extends Destination {
  readonly made: CopyMade & { askedAt: number | null };
  readonly body: Buffer;
}

/** Asks the other side, and legacy a second time where that is due, and has the answers compared. */
async function compareWith(
  primary: Observation,
  copy: ToCopy,
  parts: MirrorParts,
): Promise<DropReason | null> {
  const { made, route, body, to, kind } = copy;
  const sides = parts.sides(route);
  const upstream = sides === null ? null : kind === "rehearsal" ? sides.rehearsal : sides[to];
  if (sides === null || upstream === null) return "no-target";
  const call = parts.breaker(route, to).admit();
  if (call === null) return "breaker-open";

  const reach = reachFor(primary, parts.bodyBytes);
  const copied = () =>
    copyOf(made.request, body, kind, {
      leaveOut: route.shadow.without,
      signal: new AbortController().signal,
    });
  const ask = async (upstream: Upstream, side: Side) => {
    const sent = asStep(copied());
    const observed = await observe(upstream, sent, route.shadow.timeoutMs, reach, parts);
    const observation = observed?.observation ?? null;
    parts.telemetry.copyAnswered({ request: sent, route, side, observation });
    return observed;
  };
  const asksTwice =
    to === "function" && isSafe(made.request.method) && parts.random() * 100 < route.shadow.secondaryPercent;
  // Before the other side or after it, by chance: or what changes with time would look like one side's fault.
  const secondaryFirst = asksTwice && parts.random() < 0.5;
  let secondary = secondaryFirst ? await ask(sides.legacy, "legacy") : null;
  const candidate = await ask(upstream, to);
  report(call, candidate);
  if (asksTwice && !secondaryFirst) secondary = await ask(sides.legacy, "legacy");
  try {
    if (candidate === null) return "bytes";
    made.askedAt = parts.clock.elapsed();
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
    parts.telemetry.shadowed({ route, candidate: to, outcome: judged, reason: null, copy: made });
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
