import { z } from "zod";
import { isRecord } from "./record.ts";
import { routesFile } from "./schema.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The schema that editors check routes.yaml by; `routes.schema.json` is its committed output. */
export function editorSchema(): JsonSchema {
  const schema = z.toJSONSchema(routesFile, {
    target: "draft-7",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      // zod leaves examples out where input and output differ; ours are input, always.
      const examples = z.globalRegistry.get(zodSchema)?.["examples"];
      if (Array.isArray(examples)) jsonSchema.examples = examples;
      // Editors see the text before variables are filled in.
      if (jsonSchema.pattern?.endsWith("$")) jsonSchema.pattern = `${jsonSchema.pattern}|\\$\\{`;
    },
  });
  return { title: "routes.yaml of Banyan", ...schema };
}

/** What the schema says about the value at a path; null where it knows nothing. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | null {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const inside = memberOf(schema, key);
  if (typeof inside === "object") return schemaAt(inside, rest);
  for (const option of optionsOf(schema)) {
    const found = schemaAt(option, path);
    if (found !== null) return found;
  }
  return null;
}

/** The keys that an object described by this schema may have, given what it says already. */
export function keysOf(schema: JsonSchema, written?: unknown): string[] {
  const possible = optionsOf(schema).filter((option) => isMeant(option, written));
  const complete = possible.filter(
    ({ required = [] }) => isRecord(written) && required.every((key) => Object.hasOwn(written, key)),
  );
  const options = complete.length === 1 ? complete : possible;
  const keys = [schema, ...options].flatMap(({ properties }) => Object.keys(properties ?? {}));
  return [...new Set(keys)];
}

/** The keys that tell the forms of such a value apart. */
export function requiredOf(schema: JsonSchema): string[] {
  return [...new Set(optionsOf(schema).flatMap(({ required }) => required ?? []))];
}

/** Whether nothing written says that another option is meant, as `source: file` does among sources. */
function isMeant({ properties = {} }: JsonSchema, written: unknown): boolean {
  if (!isRecord(written)) return true;
  return Object.entries(properties).every(
    ([key, property]) =>
      typeof property !== "object" || property.const === undefined || property.const === written[key],
  );
}

function memberOf({ properties, additionalProperties, items }: JsonSchema, key: PropertyKey) {
  if (typeof key === "number") return Array.isArray(items) ? undefined : items;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[String(key)];
  return additionalProperties;
}

function optionsOf({ anyOf = [], oneOf = [] }: JsonSchema): JsonSchema[] {
  return [...anyOf, ...oneOf].filter((option) => typeof option === "object");
}
