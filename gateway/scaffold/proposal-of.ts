import { METHODS } from "node:http";
import { parsePattern } from "../routes/pattern.ts";
import { idFrom, UniqueIds } from "./route-id.ts";
import type { Candidate, Proposal, ProposedRoute } from "./proposal.ts";

/** Longer paths are nobody's endpoints, and would fill the file. */
const LONGEST_PATH = 500;
/** GET takes HEAD as well, and the monolith goes on answering the others. */
const NOT_MOVED = new Set(["HEAD", "OPTIONS", "TRACE", "CONNECT"]);

/** The routes that these make: each with an id of its own, and no two that want the same requests. */
export function proposalOf(candidates: Iterable<Candidate>): Proposal {
  const routes: ProposedRoute[] = [];
  const leftOut: string[] = [];
  const ids = new UniqueIds();
  const shapes = new Map<string, string>();
  for (const { method, path, note, name } of candidates) {
    const place = `${method} ${path.slice(0, 100)}`;
    if (NOT_MOVED.has(method)) continue;
    if (!METHODS.includes(method)) {
      leftOut.push(`${place}: no method that the gateway knows`);
      continue;
    }
    const pattern = path.length > LONGEST_PATH ? { problem: "the path is too long" } : parsePattern(path);
    if ("problem" in pattern) {
      leftOut.push(`${place}: ${pattern.problem}`);
      continue;
    }
    const shape = `${method} ${path.replaceAll(/\{[^}]*\}/g, "{}")}`;
    const taken = shapes.get(shape);
    if (taken !== undefined) {
      leftOut.push(`${place}: wants the same requests as ${taken}`);
      continue;
    }
    const id = ids.take(idFrom(name) ?? idFrom(`${method} ${path}`) ?? "route");
    shapes.set(shape, id);
    routes.push({ id, method, path, note });
  }
  return { routes, leftOut };
}
