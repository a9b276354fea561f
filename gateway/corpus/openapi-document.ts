import { isUtf8 } from "node:buffer";
import { parseDocument } from "yaml";
import { isRecord } from "../config/record.ts";
import { excessOf } from "../config/yaml-bounds.ts";
import { CorpusError } from "./corpus.ts";
import { type CorpusSource, openInput } from "./input.ts";

/** An object of the document. */
export type Node = Readonly<Record<string, unknown>>;

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** References that lead to references. */
const MAX_HOPS = 20;

/** An OpenAPI description, its references followed when asked. */
export class OpenApiDocument {
  readonly root: Node;
  readonly #lost = new Set<string>();

  constructor(root: Node) {
    this.root = root;
  }

  /** The object that is meant; an empty one for anything else. Members beside a `$ref` add to what it names (3.1). */
  node(value: unknown): Node {
    let current = value;
    let beside: Node = {};
    for (let hops = 0; hops < MAX_HOPS && isNode(current); hops += 1) {
      const { $ref, ...rest } = current;
      beside = { ...rest, ...beside };
      if (typeof $ref !== "string") return beside;
      current = this.#at($ref);
    }
    return beside;
  }

  /** References that lead nowhere or out of the document, as far as they were met. */
  get lost(): readonly string[] {
    return [...this.#lost];
  }

  #at(ref: string): unknown {
    let current: unknown = this.root;
    for (const step of ref.startsWith("#/") ? ref.slice(2).split("/") : [null]) {
      const name = step === null ? null : decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
      if (name === null || !isRecord(current) || !Object.hasOwn(current, name)) {
        this.#lost.add(ref);
        return undefined;
      }
      current = current[name];
    }
    return current;
  }
}

export function isNode(value: unknown): value is Node {
  return isRecord(value) && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Reads a description, 3.0 or 3.1, JSON or YAML. Rejects with a CorpusError for anything else. */
export async function readOpenApi(source: CorpusSource): Promise<OpenApiDocument> {
  const input = openInput(source);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input.chunks) {
    length += chunk.length;
    if (length > MAX_DOCUMENT_BYTES)
      throw new CorpusError("the description is larger than 16 MiB; split it by paths");
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const damage = input.damage() ?? (isUtf8(bytes) ? null : "the description is not UTF-8");
  if (damage !== null) throw new CorpusError(damage);
  const root = parsed(bytes.toString("utf8"));
  const version = isNode(root) ? root["openapi"] : undefined;
  if (!isNode(root) || typeof version !== "string" || !/^3\.[01](?:\.|$)/.test(version))
    throw new CorpusError("this is no OpenAPI 3.0 or 3.1: convert it, or check its member `openapi`");
  return new OpenApiDocument(root);
}

function parsed(text: string): unknown {
  try {
    if (/^\ufeff?\s*\{/.test(text)) return JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
  } catch {
    // YAML may begin with a brace, too.
  }
  const excess = excessOf(text);
  if (excess !== null) throw new CorpusError(`${excess}; as JSON it may have 16 MiB`);
  const document = parseDocument(text, { merge: true });
  const [error] = document.errors;
  if (error !== undefined) throw new CorpusError(`the description is no YAML: ${error.message}`);
  try {
    // Through JSON, which knows no aliases that lead to themselves.
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 1000 })) ?? "null") as unknown;
  } catch {
    throw new CorpusError("the description unfolds to too much, or to itself: use $ref instead of aliases");
  }
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
