import type { Clock } from "../clock.ts";
import type { CorpusEntry, CorpusRequest } from "../corpus/corpus.ts";
import { firstValue, type HeaderList } from "../http/headers.ts";
import type { GatewayRequest } from "../http/request.ts";
import { parseTarget } from "../http/target.ts";
import type { Route } from "../routes/route.ts";
import { isSafe } from "../routes/shadowing.ts";
import type { RouteTable } from "../routes/table.ts";
import { Budget } from "../shadow/budget.ts";
import type { Pair } from "../shadow/judge.ts";
import { observe, reachFor, type Reach } from "../shadow/observe.ts";
import type { Side, Upstream } from "../upstreams/upstream.ts";
import type { Chance } from "./chance.ts";
import { gatewayRequest, withFields, type ReplacedFields } from "./gateway-request.ts";
import type { LeftReason } from "./left-reason.ts";
import type { SessionState } from "./session-state.ts";

export interface AskParts {
  readonly clock: Clock;
  readonly table: RouteTable;
  readonly legacy: Upstream;
  /** What the route's function is asked through; null when there is none. */
  readonly functionOf: (route: Route) => Upstream | null;
}

export interface AskSettings {
  /** Goes before the ids of samples, which have to be unique over all runs. */
  readonly run: string;
  readonly includeUnsafe: boolean;
  readonly headers: Readonly<Record<Side, ReplacedFields>>;
  /** Sends requests with redacted credentials, without those; else they are left out. */
  readonly withoutRedacted: boolean;
  /** Bytes that are kept of each body. */
  readonly bodyBytes: number;
  /** Milliseconds for a request to legacy that belongs to no route. */
  readonly timeoutMs: number;
  readonly chance: Chance;
  /** Resolves when one more may be sent; with false when none may any more. */
  readonly mayBegin: () => Promise<boolean>;
}

/** Both sides' answers to one recorded request; or why there are none. */
export type Asked = { readonly pair: Pair } | { readonly left: LeftReason };

/** Resolves with null when it was not to be sent any more. */
export type Asker = (entry: CorpusEntry, session: SessionState | null) => Promise<Asked | null>;

/** In the header of a request there is nothing else that is called like this. */
const REDACTED = /redacted:[a-z2-7]{12}/;

/** Fields without those that hold tokens; of cookies only those go that do. */
function withoutTokens(headers: HeaderList): HeaderList {
  const kept: string[] = [];
  for (let n = 0; n + 1 < headers.length; n += 2) {
    const [name, value] = [headers[n]!, headers[n + 1]!];
    if (!REDACTED.test(value)) kept.push(name, value);
    else if (name.toLowerCase() === "cookie") {
      const pairs = value.split(/; */).filter((pair) => !REDACTED.test(pair));
      if (pairs.length > 0) kept.push(name, pairs.join("; "));
    }
  }
  return kept;
}

/** Asks legacy, then the function, and legacy a second time where that is due. */
export function asker(parts: AskParts, settings: AskSettings): Asker {
  const { clock, table, legacy } = parts;
  const { bodyBytes, headers, run } = settings;
  // The number of requests under way bounds what answers can hold.
  const unlimited = { concurrency: Infinity, bytes: Infinity, perSecond: Infinity, lagMs: Infinity };
  const budget = new Budget(
    () => unlimited,
    clock,
    () => 0,
  );
  const whole: Reach = { keepBytes: bodyBytes, readBytes: Infinity };

  const sentTo = (side: Side, entry: CorpusEntry, session: SessionState | null): CorpusRequest => {
    const recorded = session?.requestTo(side, entry.request) ?? entry.request;
    const sent = withFields(recorded.headers, headers[side]);
    return { ...recorded, headers: settings.withoutRedacted ? withoutTokens(sent) : sent };
  };
  const ask = async (upstream: Upstream, request: GatewayRequest, timeoutMs: number, reach: Reach) => {
    const observed = await observe(upstream, request, timeoutMs, reach, { clock, budget });
    return observed!.observation;
  };

  return async (entry, session) => {
    const { method, isWhole, target: raw, headers: recorded } = entry.request;
    if (!isWhole) return { left: "not-whole" };
    if (!isSafe(method) && !settings.includeUnsafe) return { left: "unsafe" };
    const target = parseTarget(raw);
    if (typeof target === "string") return { left: "bad-target" };
    const route = table.match(method, firstValue(recorded, "host") ?? "", target)?.route ?? null;
    const upstream = route === null ? null : parts.functionOf(route);

    const requestTo = (side: Side) =>
      gatewayRequest(`${run}/${entry.id}`, sentTo(side, entry, session), clock);
    const [toLegacy, toFunction] = [requestTo("legacy"), requestTo("function")];
    if (toLegacy === null || toFunction === null) return { left: "bad-target" };
    if ([toLegacy, toFunction].some((request) => request.headers.some((text) => REDACTED.test(text))))
      return { left: "redacted" };

    if (route === null || upstream === null) {
      const left = route === null ? "no-route" : "no-function";
      if (session === null) return { left };
      if (!(await settings.mayBegin())) return null;
      const primary = await ask(legacy, toLegacy, settings.timeoutMs, whole);
      if (primary.kind === "failed") return { left: "legacy-failed" };
      session.learn(entry, { legacy: primary, function: null });
      return { left };
    }

    if (!(await settings.mayBegin())) return null;
    const { timeoutMs, secondaryPercent } = route.shadow;
    const primary = await ask(legacy, toLegacy, timeoutMs, whole);
    if (primary.kind === "failed") return { left: "legacy-failed" };
    const reach = reachFor(primary, bodyBytes);
    const askAgain = () => ask(legacy, requestTo("legacy")!, timeoutMs, reach);
    const asksTwice = isSafe(method) && settings.chance.asksTwice(entry.id, secondaryPercent);
    const secondaryFirst = asksTwice && settings.chance.secondaryFirst(entry.id);
    // Before the function or after it, by chance: or what changes with time would look like one side's fault.
    let secondary = secondaryFirst ? await askAgain() : null;
    const candidate = await ask(upstream, toFunction, timeoutMs, reach);
    if (asksTwice && !secondaryFirst) secondary = await askAgain();
    session?.learn(entry, { legacy: primary, function: candidate });
    const { id, target: sentTarget, headers: sent } = toFunction;
    const body = await toFunction.body.whole(Infinity);
    const pair: Pair = {
      route,
      request: { id, method, target: sentTarget, headers: sent },
      body: body!,
      candidateSide: "function",
      primary,
      candidate,
      secondary,
      at: clock.now(),
    };
    return { pair };
  };
}
