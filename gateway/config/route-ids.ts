import { parseDocument } from "yaml";
import { isRecord } from "./record.ts";
import { excessOf } from "./yaml-bounds.ts";

/** The ids of the routes in the text of a routes.yaml, valid or not; none where nothing can be told. Never throws. */
export function routeIdsIn(text: string): readonly string[] {
  if (excessOf(text) !== null) return [];
  const document: unknown = parseDocument(text, { logLevel: "silent" }).toJS({ maxAliasCount: 100 });
  const routes = isRecord(document) ? document["routes"] : null;
  return isRecord(routes) ? Object.keys(routes).filter((id) => /^[\w-]+$/.test(id)) : [];
}
