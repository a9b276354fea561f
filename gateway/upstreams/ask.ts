import type { Breaker } from "../breaker/breaker.ts";
import type { Clock } from "../clock.ts";
import type { Decision } from "../flags/decide.ts";
import type { GatewayRequest } from "../http/request.ts";
import { asStep } from "../http/trace.ts";
import type { Route } from "../routes/route.ts";
import { unmatchedTenant } from "../routes/unmatched-tenant.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import {
  countsAgainst,
  functionTimeoutMs,
  isServerError,
  legacyMayAnswer,
  type Attempted,
} from "./fallback.ts";
import {
  UpstreamError,
  type Attempt,
  type FailureKind,
  type Side,
  type Upstream,
  type UpstreamResponse,
} from "./upstream.ts";

/** Whom a request may be sent to: the route it matched (null: legacy's own), and its sides. */
export interface Sides {
  readonly route: Route | null;
  readonly legacy: Upstream;
  /** Present whenever a route is. */
  readonly function: Upstream | null;
  /** From the request's last byte to the answer's headers. */
  readonly timeoutMs: number;
}

export interface Asking {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The breaker of a route's side. */
  readonly breaker: (route: Route, side: Side) => Breaker;
}

/** The answer, and how it came about. */
export interface Asked {
  readonly answer: UpstreamResponse;
  readonly answeredBy: Side;
  /** Why legacy answered in the function's place, or null. */
  readonly fallbackFrom: string | null;
}

/** Failures that nobody else could mend: there is no client to answer, or no whole request to send. */
const CLIENTS_DOING: ReadonlySet<FailureKind> = new Set(["client-gone", "client-slow"]);

/** One request, and how long it may take. */
class Question {
  readonly request: GatewayRequest;
  readonly sides: Sides;
  readonly asking: Asking;
  readonly onInformational: Attempt["onInformational"];
  /** A long upload is not a slow upstream: the deadline counts from the last byte of the request. */
  lastByteAt: number;

  constructor(
    request: GatewayRequest,
    sides: Sides,
    asking: Asking,
    onInformational: Attempt["onInformational"],
  ) {
    this.request = request;
    this.sides = sides;
    this.asking = asking;
    this.onInformational = onInformational;
    this.lastByteAt = request.startedAt;
    if (request.body.ended) return;
    request.body.whenRead(() => {
      this.lastByteAt = asking.clock.elapsed();
    });
  }

  remainingMs(now: number): number {
    const { timeoutMs } = this.sides;
    return this.request.body.ended ? Math.max(1, this.lastByteAt + timeoutMs - now) : timeoutMs;
  }
}

/**
 * Asks the decided side, within its breaker and its share of the deadline; when the function fails, asks legacy if
 * the fallback table allows that. Rejects with the UpstreamError of the side that failed last.
 */
export function ask(
  request: GatewayRequest,
  decision: Decision,
  sides: Sides,
  asking: Asking,
  onInformational: Attempt["onInformational"],
): Promise<Asked> {
  const question = new Question(request, sides, asking, onInformational);
  const { route, function: fn } = sides;
  if (decision.primary === "legacy" || route === null || fn === null) return askLegacy(question, null);
  return askFunction(question, decision, route, fn);
}

function askLegacy(question: Question, fallbackFrom: string | null): Promise<Asked> {
  return guarded("legacy", question.sides.legacy, question, WHOLE, fallbackFrom);
}

async function askFunction(
  question: Question,
  decision: Decision,
  route: Route,
  fn: Upstream,
): Promise<Asked> {
  const { method, body } = question.request;
  const attempted = (): Attempted => ({
    method,
    stage: decision.stage,
    route,
    replayable: body.replayable,
  });
  let fallbackFrom: string;
  try {
    const share = (remainingMs: number) => functionTimeoutMs(remainingMs, attempted());
    const asked = await guarded("function", fn, question, share, null);
    const { answer } = asked;
    if (!isServerError(answer) || !legacyMayAnswer("answered-5xx", attempted())) return asked;
    // Nothing of it is used: legacy's answer replaces it whole.
    if (!Buffer.isBuffer(answer.body)) answer.body.destroy();
    fallbackFrom = `answered-${answer.status}`;
  } catch (error) {
    if (!(error instanceof UpstreamError) || CLIENTS_DOING.has(error.kind)) throw error;
    if (!legacyMayAnswer(error.phase, attempted())) throw error;
    fallbackFrom = error.kind;
  }
  return askLegacy(question, fallbackFrom);
}

/** Of the time that is left, all of it. */
const WHOLE = (remainingMs: number) => remainingMs;

/** One attempt under its breaker. Unmatched requests have none: one bad endpoint must not close all the others. */
async function guarded(
  side: Side,
  upstream: Upstream,
  question: Question,
  share: (remainingMs: number) => number,
  fallbackFrom: string | null,
): Promise<Asked> {
  const { request, asking, onInformational } = question;
  const { route } = question.sides;
  const call = route === null ? undefined : asking.breaker(route, side).admit();
  if (call === null) throw new UpstreamError("breaker-open", `the breaker of ${route!.id}'s ${side} is open`);
  const startedAt = asking.clock.elapsed();
  const sent = asStep(request);
  try {
    const answer = await upstream.send(sent, {
      timeoutMs: share(question.remainingMs(startedAt)),
      signal: request.signal,
      tenant: route?.id ?? unmatchedTenant(request.target.raw),
      ...(onInformational && { onInformational }),
    });
    const durationMs = sinceAsked(question, startedAt);
    // Legacy's own 5xx is what clients always got; nobody else could answer better, so its breaker stays closed.
    if (side === "function" && isServerError(answer)) call?.failed(durationMs);
    else call?.succeeded(durationMs);
    const { status } = answer;
    asking.telemetry.upstreamAnswered({ request: sent, route, side, status, durationMs, answer });
    return { answer, answeredBy: side, fallbackFrom };
  } catch (thrown) {
    const durationMs = sinceAsked(question, startedAt);
    const error = asUpstreamError(thrown, request);
    if (countsAgainst(error.kind)) call?.failed(durationMs);
    else call?.ignored();
    asking.telemetry.upstreamFailed({ request: sent, route, side, error, durationMs });
    throw error;
  }
}

/** The time a client takes to send its body says nothing about the upstream. */
function sinceAsked({ asking, lastByteAt }: Question, startedAt: number): number {
  return asking.clock.elapsed() - Math.max(startedAt, lastByteAt);
}

/** An upstream that throws anything else is at fault itself; whether it had sent something, nobody knows. */
function asUpstreamError(thrown: unknown, request: GatewayRequest): UpstreamError {
  if (thrown instanceof UpstreamError) return thrown;
  if (request.signal.aborted)
    return new UpstreamError("client-gone", "the client went away", { cause: thrown });
  return new UpstreamError("service-error", String(thrown).slice(0, 300), { cause: thrown });
}
