import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { editorSchema } from "../../../gateway/config/json-schema.ts";
import type { JsonSchema } from "../../../gateway/config/json-schema.ts";

const committed: unknown = JSON.parse(
  readFileSync(new URL("../../../routes.schema.json", import.meta.url), "utf8"),
);

test("routes.schema.json at the top is this schema; `banyan config schema > routes.schema.json` renews it", () => {
  expect(committed).toEqual(editorSchema());
});

test("it is draft 7, which is what editors read", () => {
  expect(editorSchema().$schema).toBe("http://json-schema.org/draft-07/schema#");
});

test("every property tells editors what it is, and refuses unknown neighbours", () => {
  const undescribed: string[] = [];
  const open: string[] = [];
  visit(editorSchema(), "");
  expect(undescribed).toEqual([]);
  expect(open).toEqual([]);

  function visit(schema: JsonSchema, path: string): void {
    if (schema.properties !== undefined && schema.additionalProperties !== false) open.push(path);
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (typeof property !== "object") continue;
      const telling = property.description ?? property.const ?? property.properties;
      if (telling === undefined) undescribed.push(`${path}.${key}`);
      visit(property, `${path}.${key}`);
    }
    for (const inner of [schema.items, schema.additionalProperties, ...(schema.oneOf ?? [])]) {
      if (typeof inner === "object" && !Array.isArray(inner)) visit(inner, `${path}[]`);
    }
  }
});

test("a variable is allowed wherever a text has a pattern", () => {
  const timeout =
    /"timeout":\{[^{}]*"pattern":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(editorSchema()))?.[1] ?? "null";
  const pattern = new RegExp(String(JSON.parse(timeout)));
  expect(["3s", "${TIMEOUT:-3s}", "3", "3 s"].map((text) => pattern.test(text))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
