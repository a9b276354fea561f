import type { Target } from "../http/target.ts";
import { decodedBytes, paramsOf } from "./pattern.ts";
import type { Params } from "./pattern.ts";
import type { Route } from "./route.ts";

/** A route that takes a request, with the values of its path params. */
export interface Match {
  readonly route: Route;
  readonly params: Params;
}

/** Which route a request belongs to. Immutable: a reload makes a new table. */
export interface RouteTable {
  readonly routes: readonly Route[];
  /** The most specific route, or null: then the request is legacy's. */
  match(method: string, host: string, target: Target): Match | null;
  /** Every route that would take the request, best first; for explanations. */
  matches(method: string, host: string, target: Target): Match[];
}

/** One place in a template; templates that begin alike share nodes. */
interface Node {
  readonly literals: Map<string, Node>;
  param: Node | undefined;
  tail: Leaf | undefined;
  leaf: Leaf | undefined;
}

/** The routes that share a host and a path shape. */
interface Leaf {
  readonly named: Map<string, Route[]>;
  readonly any: Route[];
}

/** What is looked for, and what was found. One per request. */
interface Search {
  readonly method: string;
  readonly path: string;
  readonly escaped: boolean;
  /** The search ends with this many. */
  readonly limit: number;
  readonly found: Route[];
  /** Nodes visited, which is what a match costs. */
  visited: number;
}

/**
 * A table with a trie of path segments for each host. Most specific first: exact host, `*.suffix` (longest first), any
 * host; then literal, param, tail, segment by segment; then a named method before any method. A node has one parent,
 * so a request visits it at most once: the cost grows with the path's depth, not with the number of routes.
 */
export function routeTable(routes: readonly Route[], onSearch?: (visited: number) => void): RouteTable {
  const exactHosts = new Map<string, Node>();
  const suffixes = new Map<string, Node>();
  const anyHost = emptyNode();
  for (const route of routes) insert(rootFor(route), route);

  function rootFor({ host }: Route): Node {
    if (host === null) return anyHost;
    return host.startsWith("*.") ? child(suffixes, host.slice(1)) : child(exactHosts, host);
  }

  function search(method: string, host: string, target: Target, limit: number): Route[] {
    const path = target.path;
    const state: Search = { method, path, escaped: path.includes("%"), limit, found: [], visited: 0 };
    // `OPTIONS *` is about the server as a whole and belongs to no route.
    if (path.startsWith("/") && !searchHosts(host, state)) visit(anyHost, 1, state);
    onSearch?.(state.visited);
    return state.found;
  }

  function searchHosts(authority: string, state: Search): boolean {
    if (exactHosts.size === 0 && suffixes.size === 0) return false;
    const host = hostName(authority);
    const exact = exactHosts.get(host);
    if (exact !== undefined && visit(exact, 1, state)) return true;
    if (suffixes.size === 0) return false;
    for (let dot = host.indexOf(".", 1); dot !== -1; dot = host.indexOf(".", dot + 1)) {
      const root = suffixes.get(host.slice(dot));
      if (root !== undefined && visit(root, 1, state)) return true;
    }
    return false;
  }

  return {
    routes,
    match(method, host, target) {
      const route = search(method, host, target, 1)[0];
      return route === undefined ? null : { route, params: paramsOf(route.pattern, target.path) };
    },
    matches(method, host, target) {
      const found = search(method, host, target, Number.POSITIVE_INFINITY);
      return found.map((route) => ({ route, params: paramsOf(route.pattern, target.path) }));
    },
  };
}

/** The host of an authority: lower-case, without port and trailing dot. */
export function hostName(authority: string): string {
  const colon = authority.indexOf(":", authority.lastIndexOf("]") + 1);
  const host = colon === -1 ? authority : authority.slice(0, colon);
  return (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();
}

function emptyNode(): Node {
  return { literals: new Map(), param: undefined, tail: undefined, leaf: undefined };
}

function child(nodes: Map<string, Node>, key: string): Node {
  let node = nodes.get(key);
  if (node === undefined) nodes.set(key, (node = emptyNode()));
  return node;
}

function insert(root: Node, route: Route): void {
  let node = root;
  for (const segment of route.pattern.segments) {
    if (segment.kind === "tail") return addTo((node.tail ??= emptyLeaf()), route);
    node = segment.kind === "param" ? (node.param ??= emptyNode()) : child(node.literals, segment.bytes);
  }
  addTo((node.leaf ??= emptyLeaf()), route);
}

function emptyLeaf(): Leaf {
  return { named: new Map(), any: [] };
}

function addTo(leaf: Leaf, route: Route): void {
  if (route.methods === null) leaf.any.push(route);
  for (const method of route.methods ?? []) {
    const named = leaf.named.get(method);
    if (named === undefined) leaf.named.set(method, [route]);
    else named.push(route);
  }
}

/** Looks at the segment that begins at `start`. True when enough was found; `start` past the end: nothing is left. */
function visit(node: Node, start: number, search: Search): boolean {
  search.visited += 1;
  const { path } = search;
  if (start > path.length) return node.leaf !== undefined && take(node.leaf, search);
  const slash = path.indexOf("/", start);
  const end = slash === -1 ? path.length : slash;
  if (node.literals.size > 0) {
    const raw = path.slice(start, end);
    const literal = node.literals.get(search.escaped ? decodedBytes(raw) : raw);
    if (literal !== undefined && visit(literal, end + 1, search)) return true;
  }
  if (end === start) return false; // an empty segment is a literal or nothing
  if (node.param !== undefined && visit(node.param, end + 1, search)) return true;
  return node.tail !== undefined && take(node.tail, search);
}

function take(leaf: Leaf, { method, limit, found }: Search): boolean {
  const named = leaf.named.get(method) ?? (method === "HEAD" ? leaf.named.get("GET") : undefined);
  if (named !== undefined) found.push(...named);
  found.push(...leaf.any);
  return found.length >= limit;
}
