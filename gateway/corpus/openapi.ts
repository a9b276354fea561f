import { firstValue } from "../http/headers.ts";
import { carriedFields } from "./carried.ts";
import { type CorpusItem, problemAt } from "./corpus.ts";
import { TARGET } from "./entry-line.ts";
import type { CorpusSource } from "./input.ts";
import { isNode, listOf, type Node, type OpenApiDocument, readOpenApi } from "./openapi-document.ts";
import { type Argument, written, writtenBody } from "./openapi-request.ts";
import { type Making, valuesFor } from "./openapi-values.ts";
import { seeded, someOf } from "./seeded.ts";

export interface OpenApiSettings {
  /** The same seed makes the same requests. */
  readonly seed: number;
  /** Requests for one operation; which edges are left out, the seed decides. */
  readonly maxPerOperation: number;
}

const METHODS = ["get", "head", "options", "trace", "post", "put", "patch", "delete"] as const;

/** One thing that a request has, and what it may be. */
interface Part {
  readonly isRequired: boolean;
  readonly options: readonly [Choice, ...Choice[]];
}
type Choice = Argument | { readonly in: "body"; readonly type: string; readonly body: Buffer };

/**
 * Makes requests for every operation of an OpenAPI description 3.0 or 3.1 (JSON or YAML): the usual one, then one for each
 * edge of each of its parts. A problem's line is the number of its operation.
 */
export async function* importOpenApi(
  source: CorpusSource,
  settings: OpenApiSettings,
): AsyncGenerator<CorpusItem> {
  const document = await readOpenApi(source);
  yield { kind: "head", head: { source: "openapi", createdAt: null, redacted: false } };
  let number = 0;
  const base = basePath(document);
  for (const [path, written] of Object.entries(document.node(document.root["paths"]))) {
    const item = document.node(written);
    for (const method of METHODS.filter((name) => isNode(item[name]))) {
      number += 1;
      // An operation's requests do not change with the other operations.
      const random = seeded(settings.seed);
      const gaps = new Set<string>();
      const making: Making = { document, random, onGap: (gap) => gaps.add(gap) };
      const operation = {
        method: method.toUpperCase(),
        path: base + path,
        node: document.node(item[method]),
        item,
      };
      yield* requestsOf(operation, making, settings.maxPerOperation);
      for (const gap of gaps)
        yield problemAt(number, `${operation.method} ${path}: ${gap}; what was made may be refused`);
    }
  }
  for (const ref of document.lost)
    yield problemAt(number, `the reference ${ref} leads nowhere in this file: bundle it first`);
  if (number === 0) yield problemAt(1, "the description has no operations");
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly node: Node;
  readonly item: Node;
}

function* requestsOf(operation: Operation, making: Making, most: number): Generator<CorpusItem> {
  const { method, path, node } = operation;
  const parts = [...parametersOf(operation, making), ...bodyOf(node, making)];
  if (
    listOf(node["security"] ?? making.document.root["security"]).some(
      (one) => isNode(one) && Object.keys(one).length > 0,
    )
  )
    making.onGap("it wants credentials, which nobody can make up");
  const usual = parts.map(({ options: [first] }): Choice | null => first);
  const edges = parts.flatMap(({ options: [, ...others], isRequired }, n) =>
    [...(isRequired ? [] : [null]), ...others].map((choice) => usual.with(n, choice)),
  );
  const bare = parts.map(({ options: [first], isRequired }) => (isRequired ? first : null));
  const chosen = [usual, ...someOf([bare, ...edges], Math.max(0, most - 1), making.random)];
  const seen = new Set<string>();
  const name =
    typeof node["operationId"] === "string"
      ? node["operationId"].slice(0, 100)
      : `${method} ${path}`.slice(0, 150);
  let isMade = false;
  for (const choices of chosen) {
    const request = requestOf(method, path, choices);
    if (request === null) continue;
    isMade = true;
    const text = JSON.stringify(request);
    if (seen.has(text)) continue;
    seen.add(text);
    const entry = { id: `${name}-${seen.size}`, at: null, session: null, route: null, request, answer: null };
    yield { kind: "entry", entry };
  }
  if (!isMade) making.onGap("no request could be made: a part of its path has no value");
}

function requestOf(method: string, path: string, choices: readonly (Choice | null)[]) {
  const args = choices.filter((choice): choice is Argument => choice !== null && !("body" in choice));
  const place = written(path, args);
  if (place === null || !TARGET.test(place.target)) return null;
  const body = choices.find((choice) => choice !== null && "body" in choice);
  const type = body ? ["Content-Type", body.type] : [];
  const accept = firstValue(place.fields, "accept") === undefined ? ["Accept", "*/*"] : [];
  const headers = carriedFields([...accept, ...type, ...place.fields], () => undefined);
  return { method, target: place.target, headers, body: body ? body.body : Buffer.alloc(0), isWhole: true };
}

/** Parameters of the operation and of its path; those of the operation win. */
function parametersOf({ node, item }: Operation, making: Making): Part[] {
  const all = [...listOf(item["parameters"]), ...listOf(node["parameters"])].map((one) =>
    making.document.node(one),
  );
  const byPlace = new Map(
    all.map((parameter) => [`${String(parameter["in"])} ${String(parameter["name"])}`, parameter]),
  );
  return [...byPlace.values()].flatMap((parameter) => {
    const { name, in: place } = parameter;
    if (typeof name !== "string" || typeof place !== "string") return [];
    // OpenAPI says that these are not parameters, whatever is written.
    if (place === "header" && /^(?:accept|content-type|authorization)$/i.test(name)) return [];
    const content = Object.entries(making.document.node(parameter["content"]))[0];
    const style = textIn(parameter["style"]) ?? (place === "path" || place === "header" ? "simple" : "form");
    if (style === "label" || style === "matrix") making.onGap(`the style ${style} of ${name} is not written`);
    const explode = typeof parameter["explode"] === "boolean" ? parameter["explode"] : style === "form";
    const given = exampleValues(parameter, making.document);
    const [usual, ...edges] = valuesFor(
      content === undefined ? parameter["schema"] : making.document.node(content[1])["schema"],
      making,
    );
    const argument = (value: unknown): Argument => ({
      name,
      in: place,
      style,
      explode,
      isJson: content !== undefined,
      value,
    });
    const [first, ...others] = [...given, usual, ...edges].map(argument);
    return [{ isRequired: place === "path" || parameter["required"] === true, options: [first!, ...others] }];
  });
}

function bodyOf(node: Node, making: Making): Part[] {
  const description = making.document.node(node["requestBody"]);
  const options = Object.entries(making.document.node(description["content"])).flatMap(
    ([mediaType, media]) => {
      const content = making.document.node(media);
      const values = [...exampleValues(content, making.document), ...valuesFor(content["schema"], making)];
      const bodies = values.map((value) => writtenBody(mediaType, value));
      if (bodies.every((body) => body === null)) making.onGap(`bodies of the type ${mediaType} are not made`);
      return bodies.flatMap((body): Choice[] => (body === null ? [] : [{ in: "body", ...body }]));
    },
  );
  const [first, ...others] = options;
  return first === undefined
    ? []
    : [{ isRequired: description["required"] === true, options: [first, ...others] }];
}

/** `example`, and the values in `examples`. */
function exampleValues(node: Node, document: OpenApiDocument): unknown[] {
  const named = Object.values(document.node(node["examples"])).map((one) => document.node(one)["value"]);
  return [node["example"], ...named].filter((value) => value !== undefined);
}

/** The path that the first server's URL ends with. */
export function basePath(document: OpenApiDocument): string {
  const server = document.node(listOf(document.root["servers"])[0]);
  const variables = document.node(server["variables"]);
  const url = (textIn(server["url"]) ?? "").replace(
    /\{([^}]*)\}/g,
    (_, name: string) => textIn(document.node(variables[name])["default"]) ?? "",
  );
  return url.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/\/+$/, "");
}

function textIn(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
