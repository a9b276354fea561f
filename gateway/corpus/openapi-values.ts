import { isNode, listOf, type Node, type OpenApiDocument } from "./openapi-document.ts";
import { numbersFor } from "./openapi-numbers.ts";
import { stringsFor } from "./openapi-strings.ts";

/** Values that a schema allows; the first one is what a client would usually send. */
export type Values = readonly [usual: unknown, ...edges: unknown[]];

/** Objects in objects, and lists in lists. Schemas may contain themselves. */
const MAX_DEPTH = 10;
/** Below that, objects have only what they must have. */
const MAX_OPTIONAL_DEPTH = 3;
const MAX_EDGES = 80;
const MAX_ITEMS = 50;

export interface Making {
  readonly document: OpenApiDocument;
  readonly random: () => number;
  /** Told of what nobody can make up. */
  readonly onGap: (what: string) => void;
}

/** Makes values for a schema: examples, then each edge that it names or leaves open. */
export function valuesFor(schema: unknown, making: Making, depth = 0): Values {
  const node = merged(making.document.node(schema), making, depth);
  const given = givenValues(node);
  const chosen = "const" in node || Array.isArray(node["enum"]);
  const made = chosen && given.length > 0 ? [] : madeFor(node, making, depth);
  const nothing = node["nullable"] === true ? [null] : [];
  return distinct([...given, ...made, ...nothing]);
}

function givenValues(node: Node): unknown[] {
  const examples = [node["example"], ...listOf(node["examples"]), node["default"], node["const"]];
  return [...examples.filter((value) => value !== undefined), ...listOf(node["enum"])];
}

function madeFor(node: Node, making: Making, depth: number): readonly unknown[] {
  const branches = [...listOf(node["oneOf"]), ...listOf(node["anyOf"])];
  if (branches.length > 0) {
    if (depth >= MAX_DEPTH) return [null];
    const { oneOf: _, anyOf: __, ...shared } = node;
    const each = branches.map((branch) => valuesFor({ allOf: [shared, branch] }, making, depth + 1));
    return [...each.map(([usual]) => usual), ...each.flatMap(([, ...edges]) => edges)];
  }
  const types = typesOf(node);
  return types.flatMap((type) => [...madeForType(type, node, making, depth)]);
}

function typesOf(node: Node): readonly unknown[] {
  const { type } = node;
  if (Array.isArray(type)) return type.toSorted((a, b) => Number(a === "null") - Number(b === "null"));
  if (type !== undefined) return [type];
  if (node["properties"] !== undefined || node["additionalProperties"] !== undefined) return ["object"];
  return [node["items"] === undefined ? "string" : "array"];
}

function madeForType(type: unknown, node: Node, making: Making, depth: number): readonly unknown[] {
  switch (type) {
    case "string":
      if (node["pattern"] !== undefined && givenValues(node).length === 0)
        making.onGap(`the pattern ${JSON.stringify(node["pattern"])} has no example`);
      return node["pattern"] !== undefined && givenValues(node).length > 0
        ? []
        : stringsFor(node, making.random);
    case "integer":
    case "number":
      return numbersFor(node);
    case "boolean":
      return [true, false];
    case "null":
      return [null];
    case "array":
      return depth >= MAX_DEPTH ? [[]] : listsFor(node, making, depth);
    case "object":
      return depth >= MAX_DEPTH ? [{}] : objectsFor(node, making, depth);
    default:
      making.onGap(`the type ${JSON.stringify(type)} is not known`);
      return [null];
  }
}

function listsFor(node: Node, making: Making, depth: number): unknown[] {
  const [usual, ...edges] = valuesFor(node["items"] ?? {}, making, depth + 1);
  const least = Math.min(countOf(node["minItems"]) ?? 0, MAX_ITEMS);
  const most = Math.max(least, Math.min(countOf(node["maxItems"]) ?? MAX_ITEMS, MAX_ITEMS));
  const all = [usual, ...edges];
  // Members of a set differ.
  const isSet = node["uniqueItems"] === true;
  const listOfLength = (length: number) =>
    Array.from({ length: isSet ? Math.min(length, all.length) : length }, (_, n) => (isSet ? all[n] : usual));
  const lengths = [Math.min(Math.max(1, least), most), least, most].map(listOfLength);
  const others = least <= 1 && most >= 1 ? edges.map((edge) => [edge]) : [];
  return [...lengths, ...others].filter((list) => list.length >= least || isSet);
}

function objectsFor(node: Node, making: Making, depth: number): unknown[] {
  const properties = isNode(node["properties"]) ? Object.entries(node["properties"]) : [];
  const required = new Set(listOf(node["required"]));
  const members = properties
    .filter(([name]) => required.has(name) || depth < MAX_OPTIONAL_DEPTH)
    .filter(([, schema]) => making.document.node(schema)["readOnly"] !== true)
    .map(([name, schema]) => ({ name, values: valuesFor(schema, making, depth + 1) }));
  const usual = Object.fromEntries(members.map(({ name, values }) => [name, values[0]]));
  const optional = members.filter(({ name }) => !required.has(name));
  const without = (names: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(usual).filter(([name]) => !names.has(name)));
  return [
    usual,
    without(new Set(optional.map(({ name }) => name))),
    ...optional.map(({ name }) => without(new Set([name]))),
    ...members.flatMap(({ name, values: [, ...edges] }) => edges.map((edge) => ({ ...usual, [name]: edge }))),
  ];
}

/** The schema with those of `allOf` in it. */
function merged(node: Node, making: Making, depth: number): Node {
  const parts = listOf(node["allOf"]);
  if (parts.length === 0 || depth > MAX_DEPTH * 2) return node;
  const { allOf: _, ...own } = node;
  return [own, ...parts.map((part) => merged(making.document.node(part), making, depth + 1))].reduce(
    (whole, part) => ({
      ...whole,
      ...part,
      properties: {
        ...making.document.node(whole["properties"]),
        ...making.document.node(part["properties"]),
      },
      required: [...listOf(whole["required"]), ...listOf(part["required"])],
    }),
  );
}

function countOf(value: unknown): number | null {
  return typeof value === "number" && value >= 0 ? Math.floor(value) : null;
}

function distinct(values: readonly unknown[]): Values {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value] as const).toReversed());
  const [usual = null, ...edges] = [...byText.values()].toReversed();
  return [usual, ...edges.slice(0, MAX_EDGES)];
}
