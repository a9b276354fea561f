import type { FlagSnapshot, RouteFlag } from "./flag-source.ts";
import { flagRule, type FlagRule } from "./rule.ts";

/** A snapshot as plain data, which another process can be sent. */
export interface PortableSnapshot extends Omit<FlagSnapshot, "routes"> {
  readonly routes: readonly (readonly [routeId: string, flag: PortableFlag])[];
}

interface PortableFlag extends Omit<RouteFlag, "rules"> {
  readonly rules: readonly PortableRule[] | null;
}

interface PortableRule extends Pick<FlagRule, "conditions" | "to"> {
  readonly untilMs: number | undefined;
}

export function portable(snapshot: FlagSnapshot): PortableSnapshot {
  const routes = [...snapshot.routes].map(([id, { rules, ...flag }]) => {
    const plain = rules?.map(({ conditions, to, untilMs }) => ({ conditions, to, untilMs })) ?? null;
    return [id, { ...flag, rules: plain }] as const;
  });
  return { ...snapshot, routes };
}

/** The snapshot that decides as the one it was made from. */
export function fromPortable(sent: PortableSnapshot): FlagSnapshot {
  const routes = sent.routes.map(([id, { rules, ...flag }]): [string, RouteFlag] => {
    if (rules === null) return [id, flag];
    return [
      id,
      { ...flag, rules: rules.map(({ conditions, to, untilMs }) => flagRule(conditions, to, untilMs)) },
    ];
  });
  return { ...sent, routes: new Map(routes) };
}
