import { z } from "zod";
import { liveEvidence, liveGateway, liveRoute, liveSnapshot } from "./events-contract.ts";
import { DocumentSchemas, problem } from "./openapi-schemas.ts";
import type { Operation } from "./operation.ts";
import { packageVersion } from "./version.ts";

/** The operator's API as an OpenAPI 3.1 document; `operator-api.json` is its committed form. */
export function openApi(operations: readonly Operation[]): object {
  const schemas = new DocumentSchemas();
  const paths = new Map<string, Record<string, object>>();
  for (const operation of operations) {
    const methods = paths.get(operation.path) ?? {};
    methods[operation.method.toLowerCase()] = described(operation, schemas);
    paths.set(operation.path, methods);
  }
  for (const event of [liveSnapshot, liveGateway, liveRoute, liveEvidence]) schemas.of(event, "output");
  const problemSchema = schemas.of(problem, "output");
  return {
    openapi: "3.1.0",
    info: {
      title: "Banyan's operator API",
      version: packageVersion(),
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description:
        "Where routes stand, why, and how to move them. Each role may do what those before it may: viewer, operator, admin; `force` takes an admin. `/healthz` and `/readyz` need none.",
    },
    servers: [{ url: "http://127.0.0.1:9901" }],
    security: [{ token: [] }, { loadBalancer: [] }, {}],
    paths: Object.fromEntries(paths),
    components: {
      schemas: { ...schemas.components() },
      responses: {
        Problem: {
          description: "What is not what was asked for (RFC 9457).",
          content: { "application/problem+json": { schema: problemSchema } },
        },
      },
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        loadBalancer: { type: "apiKey", in: "header", name: "x-amzn-oidc-data" },
      },
    },
  };
}

function described(
  { method, path, summary, needs, takes, gives }: Operation,
  schemas: DocumentSchemas,
): object {
  const content =
    typeof gives === "string"
      ? { [gives]: { schema: { type: "string" } } }
      : { "application/json": { schema: schemas.of(gives, "output") } };
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\/api|\.json/g, "").replaceAll(/\/(\w)/g, (_, first: string) => first.toUpperCase())}`,
    summary,
    "x-banyan-role": needs,
    ...(method === "GET"
      ? { parameters: parametersOf(takes) }
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemas.of(takes, "input") } },
          },
        }),
    responses: {
      "200": { description: "Done.", content },
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

/** One parameter of the query for each member. */
function parametersOf(takes: z.ZodType): object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(takes, { io: "input" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}
