import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CorpusError } from "../../../gateway/corpus/corpus.ts";
import { importOpenApi } from "../../../gateway/corpus/openapi.ts";
import { chunksOf, sorted } from "../../support/corpora/items.ts";

const SHOP = join(import.meta.dirname, "../../support/corpora/shop.openapi.yaml");
const SETTINGS = { seed: 7, maxPerOperation: 500 };
const { entries, problems } = await sorted(importOpenApi(SHOP, SETTINGS));
const of = (name: string) =>
  entries.filter(({ id }) => id.startsWith(`${name}-`)).map(({ request }) => request);
const targets = of("listOrders").map(({ target }) => target);
const queries = targets.map((target) => new URLSearchParams(target.split("?")[1]));
const fromText = (document: object | string, settings = SETTINGS) =>
  sorted(
    importOpenApi(
      chunksOf(typeof document === "string" ? document : JSON.stringify(document), 999),
      settings,
    ),
  );
const describing = (operation: object, openapi = "3.0.3") => ({
  openapi,
  info: {},
  paths: { "/x": { post: operation } },
});
const bodiesOf = async (schema: object, openapi?: string) => {
  const made = await fromText(
    describing({ requestBody: { required: true, content: { "application/json": { schema } } } }, openapi),
  );
  return made.entries.map(({ request }) => JSON.parse(request.body.toString()) as unknown);
};

describe("an OpenAPI description", () => {
  it("gives the usual request of each operation first, below the server's path", () => {
    expect(entries[0]).toMatchObject({ id: "listOrders-1", session: null, answer: null });
    expect(targets[0]).toBe("/v2/orders?status=open&page=1&tags=a&filter%5Bmax%5D=9");
    expect(of("listOrders")[0]?.headers).toEqual([
      "Accept",
      "*/*",
      "X-Tenant",
      expect.stringMatching(/^[a-z]{3}$/),
      "Cookie",
      "seen=true",
    ]);
    expect(of("DELETE /v2/orders/{id}")[0]?.target).toMatch(/^\/v2\/orders\/[a-z]{8}$/);
  });

  it("reaches each value of an enumeration, each boundary, and each parameter left out", () => {
    const values = (name: string) => new Set(queries.map((query) => query.get(name)));
    expect(values("status")).toEqual(new Set(["open", "paid", "für später", null]));
    expect([...values("page")].map(Number).sort((a, b) => a - b)).toEqual([1, 2, 49, 50]);
    expect(values("tags")).toEqual(new Set(["a", "b", "a,a", null]));
    expect(targets).toContain("/v2/orders?page=1");
    const tenants = of("listOrders").map(({ headers }) => headers[headers.indexOf("X-Tenant") + 1]!.length);
    expect(tenants).toEqual(expect.arrayContaining([2, 3]));
  });

  it("encodes what a path may not hold, and asks for no other path", () => {
    const paths = of("DELETE /v2/orders/{id}").map(({ target }) => target.slice("/v2/orders/".length));
    expect(paths.every((path) => path !== "" && !path.includes("/"))).toBe(true);
    expect(paths.map(decodeURIComponent)).toContainEqual(expect.stringContaining("漢字"));
  });

  it("makes only bodies that its schema allows, the odd ones too", async () => {
    const bodies = of("placeOrder").map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const document = parse(await readFile(SHOP, "utf8")) as object;
    const validate = ajv.compile({ $id: "shop", ...document, $ref: "#/components/schemas/Order" });
    expect(bodies.filter((body) => !validate(body))).toEqual([]);
    const names = bodies.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["", expect.stringContaining("🙂"), expect.stringMatching(/^[a-z]{30}$/)]),
    );
    expect(bodies.map(({ note }) => note)).toEqual(
      expect.arrayContaining([null, undefined, expect.stringMatching(/^[a-z]{4096}$/)]),
    );
    expect(bodies.every((body) => !("id" in body))).toBe(true);
  });

  it("says what it cannot make up", () => {
    expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      expect.stringContaining("3: PUT /orders/{id}: bodies of the type image/png are not made") as string,
      expect.stringContaining("3: PUT /orders/{id}: it wants credentials") as string,
    ]);
  });

  it("makes the same for the same seed, and no more than is asked for", async () => {
    const again = await sorted(importOpenApi(SHOP, SETTINGS));
    expect(again.entries).toEqual(entries);
    const few = await sorted(importOpenApi(SHOP, { seed: 7, maxPerOperation: 5 }));
    const others = await sorted(importOpenApi(SHOP, { seed: 8, maxPerOperation: 5 }));
    expect(few.entries.filter(({ id }) => id.startsWith("placeOrder"))).toHaveLength(5);
    expect(few.entries).not.toEqual(others.entries);
    expect(few.entries[0]?.request.target).toBe(entries[0]?.request.target);
  });

  it("may be 3.0, with its flags for bounds and for null", async () => {
    const bodies = await bodiesOf({
      type: "integer",
      minimum: 1,
      exclusiveMinimum: true,
      maximum: 4,
      nullable: true,
    });
    expect(new Set(bodies)).toEqual(new Set([2, 3, 4, null]));
  });

  it("makes numbers within any bounds", async () => {
    const bounds = fc.record({
      minimum: fc.integer(),
      size: fc.nat(1000),
      multipleOf: fc.constantFrom(undefined, 1, 5, 0.25),
    });
    await fc.assert(
      fc.asyncProperty(
        bounds,
        fc.constantFrom("integer", "number"),
        async ({ minimum, size, multipleOf }, type) => {
          fc.pre(multipleOf === undefined || Math.ceil(minimum / multipleOf) * multipleOf <= minimum + size);
          const schema = {
            type,
            minimum,
            maximum: minimum + size,
            ...(multipleOf === undefined ? {} : { multipleOf }),
          };
          fc.pre(type === "number" || multipleOf !== 0.25);
          const validate = new Ajv2020().compile(schema);
          const bodies = await bodiesOf(schema, "3.1.0");
          expect(bodies.length).toBeGreaterThan(0);
          expect(bodies.filter((body) => !validate(body))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      "a schema that contains itself",
      { $ref: "#/paths/~1x/post/requestBody/content/application~1json/schema" },
    ],
    ["a reference to nowhere", { $ref: "#/components/schemas/None" }],
    ["a reference to another file", { $ref: "other.yaml#/Order" }],
    ["allOf in allOf", { allOf: [{ allOf: [{ type: "object", properties: { a: { type: "boolean" } } }] }] }],
    ["a type that is none", { type: "file" }],
    ["nothing", {}],
    [
      "hostile names",
      {
        type: "object",
        properties: JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"string"}}') as object,
      },
    ],
    ["a list of a million", { type: "array", minItems: 1_000_000, items: { type: "boolean" } }],
    ["a text of a billion", { type: "string", minLength: 1e9 }],
  ])("may hold anything (%s)", async (_, schema) => {
    expect((await bodiesOf(schema)).length).toBeGreaterThan(0);
  });

  it.each([
    ["Swagger 2", '{"swagger":"2.0"}', "no OpenAPI 3.0 or 3.1"],
    ["text", "hello", "no OpenAPI 3.0 or 3.1"],
    ["nothing", "", "no OpenAPI 3.0 or 3.1"],
    ["broken YAML", "openapi: [", "no YAML"],
    [
      "aliases without end",
      `a: &a [x,x]\nb: &b [*a,*a]\n${"cdefghijklmnop"
        .split("")
        .map(
          (name, n) =>
            `${name}: &${name} [${"*".concat("abcdefghijklmno"[n + 1]!)},${"*".concat("abcdefghijklmno"[n + 1]!)}]`,
        )
        .join("\n")}`,
      "",
    ],
    ["an alias to itself", "a: &a { b: *a }\n", "unfolds to too much, or to itself"],
    ["deep nesting", `a: ${"[".repeat(50_000)}`, "nested too deeply"],
  ])("is refused when it is none (%s)", async (_, text, message) => {
    await expect(fromText(text)).rejects.toThrow(CorpusError);
    await expect(fromText(text)).rejects.toThrow(message);
  });

  it("says so when it has no operations", async () => {
    expect((await fromText({ openapi: "3.1.0", paths: {} })).problems).toEqual([
      { line: 1, message: "the description has no operations" },
    ]);
  });

  it("writes forms, files and text", async () => {
    const schema = { type: "object", properties: { note: { enum: ["ä &="] }, n: { enum: [[1, 2]] } } };
    const content = {
      "application/x-www-form-urlencoded": { schema },
      "multipart/form-data": { schema },
      "text/plain": { example: "hi" },
    };
    const made = await fromText(describing({ requestBody: { required: true, content } }));
    const bodies = made.entries.map(({ request }) => request.body.toString());
    expect(bodies).toContain("note=%C3%A4+%26%3D&n=1&n=2");
    expect(bodies).toContain("hi");
    expect(bodies.find((body) => body.includes('form-data; name="note"\r\n\r\nä &=\r\n--'))).toBeDefined();
  });
});
