import type { Socket } from "node:net";
import { opossumBreaker } from "../../gateway/breaker/opossum.ts";
import { breakerRegistry } from "../../gateway/breaker/registry.ts";
import { systemClock as clock } from "../../gateway/clock.ts";
import { loadConfig } from "../../gateway/config/load.ts";
import type { Decision } from "../../gateway/flags/decide.ts";
import { NO_FLAGS, type FlagSnapshot } from "../../gateway/flags/flag-source.ts";
import { gateway, type GatewayParts, type Routing } from "../../gateway/gateway.ts";
import type { GatewayRequest } from "../../gateway/http/request.ts";
import { SAFE_LIMITS, type EdgeLimits } from "../../gateway/http/limits.ts";
import { Overload } from "../../gateway/http/overload.ts";
import { serve } from "../../gateway/http/server.ts";
import { trustIn } from "../../gateway/http/trust.ts";
import type { Route } from "../../gateway/routes/route.ts";
import { routeTable } from "../../gateway/routes/table.ts";
import { silentTelemetry } from "../../gateway/telemetry/silent.ts";
import type { RequestFinished } from "../../gateway/telemetry/telemetry.ts";
import { legacyUpstream } from "../../gateway/upstreams/legacy.ts";
import { webSocketTunnel } from "../../gateway/upstreams/tunnel.ts";
import {
  UpstreamError,
  type FailureKind,
  type Upstream,
  type UpstreamResponse,
} from "../../gateway/upstreams/upstream.ts";

/** A request that the gateway offered to the mirror. */
interface Mirrored {
  readonly request: GatewayRequest;
  readonly route: Route;
  readonly decision: Decision;
}

/** A function that the test writes; it counts what reached it. */
export interface FakeFunction extends Upstream {
  calls: number;
}

/** Answers, or fails in this way. */
export function fakeFunction(answer: UpstreamResponse | FailureKind | Upstream["send"]): FakeFunction {
  return {
    name: "fake",
    calls: 0,
    async send(request, attempt) {
      this.calls += 1;
      if (typeof answer === "function") return answer(request, attempt);
      if (typeof answer === "string") throw new UpstreamError(answer, "as the test asked");
      return answer;
    },
  };
}

export function text(status: number, body: string, headers: readonly string[] = []): UpstreamResponse {
  const bytes = Buffer.from(body);
  return { status, reason: "", headers: [...headers, "Content-Length", String(bytes.length)], body: bytes };
}

/** The gateway's data path on a real port, in front of a monolith, with functions that the test writes. */
export async function startHarness(options: {
  legacyUrl: string;
  /** The `routes:` part of a routes.yaml. */
  routes?: string;
  more?: string;
  functions?: Readonly<Record<string, Upstream>>;
  flags?: Partial<FlagSnapshot>;
  legacyTimeoutMs?: number;
  limits?: Partial<EdgeLimits>;
}) {
  const limits = { ...SAFE_LIMITS, ...options.limits };
  const yaml = `version: 1\nlegacy: { url: "${options.legacyUrl}" }\n${options.more ?? ""}\nroutes:\n${options.routes ?? "  {}"}\n`;
  const loaded = loadConfig(yaml, "routes.yaml", {});
  if ("problems" in loaded)
    throw new Error(loaded.problems.map((p) => `${p.line}:${p.col} ${p.message}`).join("\n"));
  const { config } = loaded;

  const finished: RequestFinished[] = [];
  const mirrored: Mirrored[] = [];
  const unexpected: unknown[] = [];
  const telemetry = {
    ...silentTelemetry,
    requestFinished: (event: RequestFinished) => void finished.push(event),
    unexpected: ({ error }: { readonly error: unknown }) => void unexpected.push(error),
  };
  const breakers = breakerRegistry((id, side, settings) =>
    opossumBreaker(`${id}:${side}`, settings, { clock }),
  );
  breakers.reload(config.routes);
  const legacy = legacyUpstream({ name: "legacy", ...config.legacy });
  const open = new Set<Socket>();
  const routing: Routing = {
    table: routeTable(config.routes),
    legacy,
    tunnel: webSocketTunnel({ legacyUrl: options.legacyUrl, timeoutMs: 2_000, open }, telemetry),
    legacyTimeoutMs: options.legacyTimeoutMs ?? 5_000,
    functions: new Map(Object.entries(options.functions ?? {})),
    shadowSides: () => ({ legacy, function: legacy, rehearsal: null }),
    ingress: { clock, trust: trustIn(config.trustedProxies), viaName: "banyan-test", limits },
  };
  let snapshot: FlagSnapshot = { ...NO_FLAGS, ...options.flags };
  const overload = new Overload(limits);
  const parts: GatewayParts = {
    overload,
    clock,
    telemetry,
    breaker: (route, side) => breakers.breaker(route, side),
    mirror: {
      consider: (request, route, decision) => ({
        watch: () => undefined,
        answered: ({ by }) => {
          if (route === null || decision.shadow === null || by === "gateway") return;
          mirrored.push({ request, route, decision });
        },
      }),
    },
    routing: () => routing,
    flags: { current: () => snapshot },
  };
  const core = gateway(parts);
  const settings = { host: "127.0.0.1", port: 0, drainGraceMs: 0, drainLimitMs: 2_000, limits, overload };
  const server = await serve(core, settings, telemetry);
  return {
    core,
    /** As tests may tell it how much memory is used. */
    overload,
    server,
    breakers,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    /** What telemetry was told of finished requests, in order. */
    finished,
    /** What was offered to the mirror. */
    mirrored,
    /** Failures that nobody has foreseen. */
    unexpected,
    setFlags: (flags: Partial<FlagSnapshot>) => void (snapshot = { ...NO_FLAGS, ...flags }),
    async close() {
      for (const socket of open) socket.destroy();
      legacy.close();
      breakers.stop();
      await server.drain();
    },
  };
}
