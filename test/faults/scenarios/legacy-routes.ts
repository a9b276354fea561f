import { faultProxy, type FaultProxy } from "../fault-proxy.ts";
import { startGateway, type GatewayProcess } from "../gateway-process.ts";
import { startMonolith, type Monolith } from "../monolith.ts";
import type { Trial } from "../trial.ts";

/** A gateway whose legacy is reached by way of a proxy that fails, and whose function `/beside` is not. */
export interface LegacyRoutes {
  readonly monolith: Monolith;
  readonly way: FaultProxy;
  readonly gateway: GatewayProcess;
}

export const DEADLINE_MS = 600;

/** `/beside` is a function's; everything else legacy's: `/guarded…` under a breaker that opens soon. */
export async function legacyRoutes(trial: Trial, more = ""): Promise<LegacyRoutes> {
  const [monolith, beside] = [await startMonolith(), await startMonolith()];
  trial.defer(() => Promise.all([monolith.close(), beside.close()]));
  const way = await faultProxy(monolith.port);
  trial.defer(() => way.close());
  const config = `legacy: { url: "${way.url}", timeout: ${DEADLINE_MS}ms }
${more}
routes:
  beside: { match: { path: /beside }, function: { url: "${beside.url}" }, stage: cutover, timeout: 5s }
  guarded:
    match: { path: /guarded }
    function: { url: "${beside.url}" }
    timeout: ${DEADLINE_MS}ms
    breaker: { minimumCalls: 5, window: 10s, open: 1s }`;
  return { monolith, way, gateway: await startGateway(trial, { config }) };
}
