import { existsSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { OPERATOR_REQUESTS, GET_PRODUCT, askOperator } from "../support/operator-requests.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** The API's document against the answers of a running gateway. */

const ROUTES = `
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order }
    stage: shadow
${GET_PRODUCT}`;

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: object } } };
  readonly responses: { readonly "200": { readonly content: Readonly<Record<string, { schema: object }>> } };
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const committed = new URL("../../operator-api.json", import.meta.url);
let stack: Stack;
let document: Document;
let ajv: Ajv2020;

beforeAll(async () => {
  stack = await startStack(ROUTES);
  document = (await (await fetch(`${stack.adminUrl}/api/openapi.json`)).json()) as Document;
  ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(document, "api");
  // Something to answer with: traffic that is compared, changes, and one that is refused.
  for (let n = 0; n < 5; n += 1) await (await fetch(`${stack.url}/api/orders/1001`)).text();
  await ask("POST", "/api/flip", {
    route: "get-order",
    stage: "canary",
    percent: 5,
    reason: "r",
    force: true,
  });
  await ask("POST", "/api/flip", { route: "get-order", stage: "shadow", reason: "r", expectVersion: "77" });
  const compared = async () => {
    const { json } = await ask("GET", "/api/diffs", null);
    expect(json).toHaveProperty(["evidence", 0, "route"], "get-order");
  };
  await vi.waitFor(compared, { timeout: 10_000 });
});
afterAll(() => stack.close());

const ask = (method: "GET" | "POST", path: string, body: object | null) =>
  askOperator(stack.adminUrl, { method, path, body }, {});

/** A validator for a schema at some place of the document. */
function problemsAt(pointer: readonly string[], value: unknown): unknown {
  const escaped = pointer.map((key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1")));
  const check = ajv.compile({ $ref: `api#/${escaped.join("/")}` });
  return check(value) ? null : check.errors;
}

describe("operator-api.json", () => {
  it("is up to date; `curl -s http://127.0.0.1:9901/api/openapi.json > operator-api.json && npx oxfmt operator-api.json` renews it", () => {
    expect(existsSync(committed)).toBe(true);
    expect(JSON.parse(readFileSync(committed, "utf8"))).toEqual(document);
  });

  it("is OpenAPI 3.1 with an id for each operation, and every reference leads somewhere", () => {
    expect(document.openapi).toBe("3.1.0");
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(ids.every((id) => /^[a-z][A-Za-z]+$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g);
    const components = document.components as unknown as Record<string, Record<string, object>>;
    for (const [, kind, name] of references) expect(components[kind!]).toHaveProperty(name!);
  });

  it("has schemas that are valid JSON Schema 2020-12", () => {
    for (const schema of Object.values(document.components.schemas)) {
      expect(ajv.validateSchema(schema)).toBe(true);
    }
  });
});

describe("what the document says", () => {
  it.each(OPERATOR_REQUESTS)(
    "is what is asked and answered: $method $path",
    async ({ method, path, body }) => {
      const [bare = ""] = path.split("?");
      const at = ["paths", bare, method.toLowerCase()];
      const asked = [...at, "requestBody", "content", "application/json", "schema"];
      expect(body === null ? null : problemsAt(asked, body)).toBeNull();
      const { status, headers, json } = await ask(method, path, body);
      const described = document.paths[bare]?.[method.toLowerCase()];
      const [mediaType = ""] = Object.keys(described?.responses["200"].content ?? {});
      expect([status, headers.get("content-type")?.split(";")[0]]).toEqual([200, mediaType]);
      const answered = [...at, "responses", "200", "content", mediaType, "schema"];
      expect(json === null ? null : problemsAt(answered, json)).toBeNull();
    },
  );

  it("covers all that can be asked for", () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tried = OPERATOR_REQUESTS.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    expect(documented.toSorted()).toEqual(tried.toSorted());
  });

  it("is told from what it is not", () => {
    const flipped = ["components", "schemas", "Flipped"];
    expect(problemsAt(flipped, { made: "yes" })).not.toBeNull();
    expect(problemsAt(["components", "schemas", "FlipRequest"], { route: "a" })).not.toBeNull();
  });

  it.each([
    ["GET", "/api/status?route=nope", null, 404],
    ["GET", "/api/status?route=a&route=b", null, 400],
    ["GET", "/api/audit?limit=many", null, 400],
    ["POST", "/api/flip", { route: "get-order" }, 400],
    ["POST", "/api/flip", { route: "get-order", stage: "retired", reason: "r" }, 422],
    ["POST", "/api/flip", { route: "get-order", stage: "shadow", reason: "r", expectVersion: "0" }, 409],
    ["GET", "/api/nothing", null, 404],
    ["POST", "/api/status", {}, 405],
  ] as const)("is kept by problems, too: %s %s %j", async (method, path, body, code) => {
    const { status, headers, json } = await ask(method, path, body);
    expect([status, headers.get("content-type")]).toEqual([code, "application/problem+json; charset=utf-8"]);
    expect(problemsAt(["components", "schemas", "Problem"], json)).toBeNull();
  });
});
