import { z } from "zod";
import * as auditContract from "./audit-contract.ts";
import * as contract from "./contract.ts";
import * as eventsContract from "./events-contract.ts";
import * as statusContract from "./status-contract.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What is not what was asked for (RFC 9457). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  /** What to do next. */
  next: z.string().optional(),
});

/** Schemas that have names of their own in the document. */
const NAMED: ReadonlyMap<z.ZodType, string> = new Map(
  Object.entries({ ...contract, ...statusContract, ...auditContract, ...eventsContract, problem }).map(
    ([name, schema]) => [schema, `${name[0]!.toUpperCase()}${name.slice(1)}`],
  ),
);

/** Schemas of one document, each written once. */
export class DocumentSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** The schema, or where it is when it has a name. Requests are described as they are sent, answers as they come. */
  of(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const name = NAMED.get(schema);
    if (name === undefined) return jsonSchema(schema, io);
    if (!this.#components.has(name)) this.#components.set(name, jsonSchema(schema, io));
    return { $ref: `#/components/schemas/${name}` };
  }

  components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** JSON Schema 2020-12, which is what OpenAPI 3.1 takes. */
function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const described = z.toJSONSchema(schema, { io });
  // The document says it once for all.
  delete described.$schema;
  return described;
}
