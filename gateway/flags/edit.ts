import { Document, isMap, parseDocument } from "yaml";
import type { FlagChange, RouteChange } from "./writer.ts";

const HEADER =
  " Who answers each route. Written by banyan, safe to edit by hand: add one to version with each change.";

/** What signs a new version. */
export interface Edition {
  readonly version: number;
  /** ISO 8601. */
  readonly at: string;
}

/** The text of a valid flag document after one change: comments and order of YAML stay, JSON stays JSON. Pure. */
export function editedFlags(text: string, change: FlagChange, edition: Edition): string {
  const document = parseDocument(text);
  apply(document, change, edition);
  return isJson(text) ? `${JSON.stringify(document.toJS(), null, 2)}\n` : document.toString({ lineWidth: 0 });
}

/** What the first change is made to: version 0, with its keys in the order that reads best. */
export function emptyFlags(json: boolean): string {
  const document = new Document({
    version: 0,
    by: "banyan",
    reason: "a new file",
    at: "1970-01-01T00:00:00Z",
    kill: false,
    routes: {},
  });
  document.commentBefore = HEADER;
  return json ? JSON.stringify(document.toJS()) : document.toString();
}

function apply(document: Document, change: FlagChange, { version, at }: Edition): void {
  const signature = { by: change.by, reason: change.reason, at };
  setAll(document, [], { version, ...signature });
  if (!("routeId" in change || "moves" in change)) return document.set("kill", change.kill);
  const routes = document.get("routes");
  if (!isMap(routes)) document.set("routes", document.createNode({}));
  // The empty map of a new file is `{}`; what goes into it reads better as a block.
  else if (routes.items.length === 0) routes.flow = false;
  for (const move of "moves" in change ? change.moves : [change]) applyMove(document, move, signature);
}

function applyMove(document: Document, move: RouteChange, signature: Readonly<Record<string, string>>): void {
  const path = ["routes", move.routeId];
  if (!isMap(document.getIn(path))) document.setIn(path, document.createNode({}));
  const { stage, percent, kill, pause, until } = move;
  setAll(document, path, { stage });
  const settings = { percent: percent ?? null, kill, pause, until };
  for (const [key, value] of Object.entries(settings)) {
    if (value === null || value === false) document.deleteIn([...path, key]);
    else if (value !== undefined) document.setIn([...path, key], value);
  }
  setAll(document, path, signature);
}

/** Scalars that are there already keep their comments. */
function setAll(
  document: Document,
  path: readonly string[],
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [key, value] of Object.entries(values)) document.setIn([...path, key], value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
