import type { Pattern } from "./pattern.ts";
import type { Route } from "./route.ts";

/** Routes with the same host and path shape that want the same requests. */
export interface Conflict {
  /** `unreachable`: earlier routes take all its requests. `overlap`: they take some of them. */
  readonly kind: "unreachable" | "overlap";
  readonly route: Route;
  /** The earlier routes that are in the way; the first one wins. */
  readonly earlier: readonly Route[];
}

/**
 * Every route that an earlier one can not be told from. Only routes of one host and path shape can be: any other two
 * differ in how specific they are for each request that both match, and so do a named method and any method.
 */
export function conflicts(routes: readonly Route[]): Conflict[] {
  const takenByShape = new Map<string, Map<string, Route>>();
  const found: Conflict[] = [];
  for (const route of routes) {
    const shape = `${route.host ?? ""} ${shapeOf(route.pattern)}`;
    const taken = takenByShape.get(shape) ?? new Map<string, Route>();
    takenByShape.set(shape, taken);
    const conflict = conflictWith(route, taken);
    if (conflict !== null) found.push(conflict);
  }
  return found;
}

function conflictWith(route: Route, taken: Map<string, Route>): Conflict | null {
  const methods = new Set(route.methods ?? ["any"]);
  const earlier = new Set<Route>();
  let free = 0;
  for (const method of methods) {
    const holder = taken.get(method);
    if (holder !== undefined) earlier.add(holder);
    else {
      free += 1;
      taken.set(method, route);
    }
  }
  if (earlier.size === 0) return null;
  return { kind: free === 0 ? "unreachable" : "overlap", route, earlier: [...earlier] };
}

/** What a pattern matches, without the names of its params. */
function shapeOf(pattern: Pattern): string {
  const parts = pattern.segments.map((segment) => {
    if (segment.kind === "literal") return `=${encodeURIComponent(segment.bytes)}`;
    return segment.kind === "param" ? "{}" : "{*}";
  });
  return parts.join("/");
}
