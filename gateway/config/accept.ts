import { isMap, isSeq, parseDocument, type Document, type YAMLMap } from "yaml";

/** A difference that somebody answers for, as routes.yaml writes it. */
export interface AcceptedDifference {
  readonly at: string;
  readonly kind?: string | undefined;
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it counts: 2027-01-31. */
  readonly until: string;
}

/** The text of a routes.yaml with one more `ignore` of a route, comments kept; or why it cannot be put in. Pure. */
export function withAccepted(
  text: string,
  routeId: string,
  accepted: AcceptedDifference,
): { readonly text: string } | { readonly problem: string } {
  const document = parseDocument(text);
  const route = document.getIn(["routes", routeId]);
  if (!isMap(route)) return { problem: `there is no route ${routeId} that could be added to` };
  const compare = mapIn(document, route, "compare");
  const ignores = compare?.get("ignore") ?? document.createNode([]);
  if (compare === null || !isSeq(ignores))
    return { problem: `what \`compare\` of ${routeId} says is no plain list` };
  const entry = document.createNode(accepted);
  if (isMap(entry)) entry.flow = true;
  ignores.add(entry);
  compare.set("ignore", ignores);
  return { text: document.toString({ lineWidth: 0 }) };
}

/** The map at a key, made where there is none; null for what is something else, such as an alias. */
function mapIn(document: Document, parent: YAMLMap, key: string): YAMLMap | null {
  const present = parent.get(key);
  if (isMap(present)) return present;
  if (present !== undefined && present !== null) return null;
  const made = document.createNode({});
  parent.set(key, made);
  return isMap(made) ? made : null;
}
