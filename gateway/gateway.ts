import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { decide, flagOf, needsKey, type Decision } from "./flags/decide.ts";
import type { FlagSnapshot, FlagSource } from "./flags/flag-source.ts";
import { stickyKey } from "./flags/sticky-key.ts";
import type { HeaderList } from "./http/headers.ts";
import { enter, enterUpgrade, type IngressSettings } from "./http/ingress.ts";
import type { Line } from "./http/line.ts";
import { OVERLOADED, type Overload } from "./http/overload.ts";
import { problem, problemOf, problemResponse } from "./http/problem.ts";
import type { GatewayRequest, LiveRequest } from "./http/request.ts";
import { inform, refuse, refuseSocket, respond } from "./http/respond.ts";
import type { Params } from "./routes/pattern.ts";
import type { Match, RouteTable } from "./routes/table.ts";
import type { Route } from "./routes/route.ts";
import type { ShadowSides } from "./shadow/shadow-sides.ts";
import type { Mirror } from "./shadow/mirror.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { ask, type Asked, type Asking } from "./upstreams/ask.ts";
import type { Tunnel } from "./upstreams/tunnel.ts";
import { UpstreamError, type Upstream } from "./upstreams/upstream.ts";

/** What one version of routes.yaml comes to. Swapped whole on reload; a request keeps the one it began with. */
export interface Routing {
  readonly table: RouteTable;
  readonly legacy: Upstream;
  readonly tunnel: Tunnel;
  /** Deadline of requests that no route matches. */
  readonly legacyTimeoutMs: number;
  /** Route id → its function. */
  readonly functions: ReadonlyMap<string, Upstream>;
  /** Where copies of a route go, on connections of their own. */
  readonly shadowSides: (route: Route) => ShadowSides;
  readonly ingress: IngressSettings;
}

export interface GatewayParts extends Asking {
  readonly routing: () => Routing;
  readonly flags: Pick<FlagSource, "current">;
  readonly mirror: Mirror;
  readonly telemetry: Telemetry;
  readonly overload: Pick<Overload, "shedsFunctions">;
}

export interface Gateway {
  /**
   * Answers one request. Resolves when its client has the answer; never rejects. With `unmatched`, a request that no
   * route takes is left to it, untouched (embedding in a server that has routes of its own).
   */
  handle(line: Line, unmatched?: () => void): Promise<void>;
  /** Joins a client that asks for a WebSocket with the monolith. */
  upgrade(req: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** A request's path through the gateway, in order. */
export function gateway(parts: GatewayParts): Gateway {
  return {
    async handle(line, unmatched) {
      const routing = parts.routing();

      // 1. Ingress: what may not pass is answered here.
      const entered = enter(line, routing.ingress);
      if ("refused" in entered) {
        const { refused, id } = entered;
        parts.telemetry.requestRefused({ id, status: refused.status, code: refused.code });
        return refuse(line, refused, id);
      }
      const { request } = entered;

      // 2. Match.
      const match = routing.table.match(request.method, request.host, request.target);
      if (match === null && unmatched !== undefined) return unmatched();

      // 3. Decide.
      const { decision, setCookie } = decideFor(request, match, parts.flags.current());

      // 4. Mirror: what is to be copied is watched from here on; nothing is sent anywhere before the client has its answer.
      const copying = parts.mirror.consider(request, match?.route ?? null, decision);

      // 5. Ask the decided side within its breaker and deadline, or whoever may stand in for it.
      const asked = await answerFor(request, match, decision, routing, parts);

      // 6. Respond.
      copying?.watch(asked.answer);
      const delivery = await respond(request, asked.answer, setCookie);

      // What the client is still sending is of no use to anybody; read on, or its connection would be stuck.
      request.body.discard();

      // Only now may a copy go to the other side.
      copying?.answered({ by: asked.answeredBy, complete: delivery === "complete" });

      // 7. Tell.
      parts.telemetry.requestFinished({
        request,
        route: match?.route ?? null,
        decision,
        answeredBy: asked.answeredBy,
        fallbackFrom: asked.fallbackFrom,
        status: asked.answer.status,
        delivery,
        durationMs: parts.clock.elapsed() - request.startedAt,
      });
    },

    upgrade(req, socket, head) {
      // Node takes its own listener off an upgraded socket; without one, a reset ends the process.
      socket.on("error", () => socket.destroy());
      const { table, tunnel, ingress } = parts.routing();
      const entered = enterUpgrade(req, ingress);
      if ("refused" in entered) return refuseSocket(socket, entered.refused, entered.id);
      const { request } = entered;
      const match = table.match(request.method, request.host, request.target);
      const { decision } = decideFor(request, match, parts.flags.current());
      // Only the monolith holds sockets open. Once it has let go of a route, there is nobody to talk to.
      if (decision.reason === "stage-retired") return refuseSocket(socket, NO_UPGRADE, request.id);
      tunnel.join(request, req, socket, head);
    },
  };
}

const NO_PARAMS: Params = {};

const NO_UPGRADE = problem(501, "no-upgrade", "This endpoint does not switch protocols.");

/** Only a canary, testers and rules ask who the client is; else a key would mean nothing, and a new cookie even less. */
function decideFor(
  request: GatewayRequest,
  match: Match | null,
  flags: FlagSnapshot,
): { decision: Decision; setCookie: string | null } {
  const asking = { key: null, request, params: match?.params ?? NO_PARAMS, now: request.receivedAt };
  if (match === null) return { decision: decide(null, asking, flags), setCookie: null };
  const { route, params } = match;
  const flag = flagOf(route, flags, request.receivedAt);
  if (flags.killed || !needsKey(flag)) return { decision: decide(route, asking, flags), setCookie: null };
  const sticky = stickyKey(route.stickyBy, request, params);
  // A key that is handed out only now is nobody's yet: outside of a canary no cookie goes out, and no tester has it.
  const isNew = sticky !== null && sticky.setCookie !== null;
  const known = isNew && flag.stage !== "canary" ? null : sticky;
  return {
    decision: decide(route, { ...asking, key: known?.key ?? null }, flags),
    setCookie: known?.setCookie ?? null,
  };
}

/** An upstream's answer, or the gateway's own when there is none to be had. Never rejects. */
function answerFor(
  request: LiveRequest,
  match: Match | null,
  decision: Decision,
  routing: Routing,
  parts: GatewayParts,
): Promise<Omit<Asked, "answeredBy"> & { answeredBy: Asked["answeredBy"] | "gateway" }> {
  const route = match?.route ?? null;
  if (decision.primary === "function" && parts.overload.shedsFunctions) {
    const answer = problemResponse(OVERLOADED, request.id);
    return Promise.resolve({ answer, answeredBy: "gateway", fallbackFrom: null });
  }
  const sides = {
    route,
    legacy: routing.legacy,
    function: route === null ? null : (routing.functions.get(route.id) ?? null),
    timeoutMs: route?.timeoutMs ?? routing.legacyTimeoutMs,
  };
  const onInformational = (status: number, headers: HeaderList) => inform(request, status, headers);
  return ask(request, decision, sides, parts, onInformational).catch((error: unknown) => {
    const kind = error instanceof UpstreamError ? error.kind : "service-error";
    if (!(error instanceof UpstreamError)) parts.telemetry.unexpected({ where: "gateway", error });
    const answer = problemResponse(problemOf(kind), request.id);
    return { answer, answeredBy: "gateway", fallbackFrom: null };
  });
}
