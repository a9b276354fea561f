import type { Diffs } from "../../../gateway/admin/contract.ts";
import { startGateway, type GatewayOptions, type GatewayProcess } from "../gateway-process.ts";
import { startMonolith, type Monolith } from "../monolith.ts";
import type { Trial } from "../trial.ts";

/** A gateway with a route in shadow, below `/shadowed`; both sides are monoliths. */
export interface Shadowed {
  readonly legacy: Monolith;
  readonly candidate: Monolith;
  readonly config: string;
  readonly start: (options?: Partial<GatewayOptions>) => Promise<GatewayProcess>;
}

export interface ShadowedOptions {
  /** Further parts of routes.yaml. */
  readonly more?: string;
  /** Further settings of the route. */
  readonly route?: string;
  /** In the candidate's prices; the same as legacy's unless told. */
  readonly cents?: number;
  /** Instead of the candidate's own port. */
  readonly candidatePort?: (candidate: Monolith) => Promise<number>;
}

export async function shadowed(
  trial: Trial,
  { more = "", route = "", cents, candidatePort = async ({ port }) => port }: ShadowedOptions = {},
): Promise<Shadowed> {
  const [legacy, candidate] = [await startMonolith(), await startMonolith(cents)];
  trial.defer(() => Promise.all([legacy.close(), candidate.close()]));
  const config = `legacy: { url: "${legacy.url}" }
${more}
routes:
  shadowed:
    match: { method: GET, path: "/{any}" }
    function: { url: "http://127.0.0.1:${await candidatePort(candidate)}" }
    stage: shadow
    shadow: { secondary: 0, timeout: 2s }
    ${route}`;
  return {
    legacy,
    candidate,
    config,
    start: (options = {}) => startGateway(trial, { config, ...options }),
  };
}

/** Pairs that were compared, and copies that were dropped by their reason, as the store has them. */
export async function evidence({ adminPort }: GatewayProcess): Promise<{
  readonly compared: number;
  readonly dropped: Readonly<Record<string, number>>;
}> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/api/diffs`);
  if (!answer.ok) return { compared: -1, dropped: {} };
  const { evidence: all } = (await answer.json()) as Diffs;
  const dropped = new Map<string, number>();
  for (const one of all) {
    for (const [why, n] of Object.entries(one.dropped)) dropped.set(why, (dropped.get(why) ?? 0) + n);
  }
  return {
    compared: all.reduce((sum, { counts }) => sum + counts.compared, 0),
    dropped: Object.fromEntries(dropped),
  };
}

/** What it dropped since it started, by its own counters. */
export async function counted(
  gateway: GatewayProcess,
): Promise<{ compared: number; dropped: number; text: string }> {
  const { shadow } = (await gateway.status()).routes[0]!.traffic!;
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);
  const dropped = Object.entries(shadow.dropped).map(([why, n]) => `${n} ${why}`);
  return { compared: sum(shadow.compared), dropped: sum(shadow.dropped), text: dropped.join(", ") || "0" };
}
