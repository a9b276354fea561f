import { basePath } from "../corpus/openapi.ts";
import { isNode, readOpenApi } from "../corpus/openapi-document.ts";
import type { Candidate, Proposal } from "./proposal.ts";
import { proposalOf } from "./proposal-of.ts";

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/**
 * A route for each operation of an OpenAPI document 3.0 or 3.1 (JSON or YAML), in its order. Rejects with a CorpusError
 * when it is none.
 */
export async function proposeFromOpenApi(file: string): Promise<Proposal> {
  const document = await readOpenApi(file);
  const base = basePath(document);
  const candidates: Candidate[] = [];
  for (const [path, written] of Object.entries(document.node(document.root["paths"]))) {
    const item = document.node(written);
    for (const method of METHODS.filter((name) => isNode(item[name]))) {
      const { operationId, summary } = document.node(item[method]);
      candidates.push({
        method: method.toUpperCase(),
        path: templateOf(base + path),
        note: typeof summary === "string" ? summary : "",
        name: typeof operationId === "string" ? operationId : "",
      });
    }
  }
  return proposalOf(candidates);
}

/**
 * The path as routes.yaml writes it: a step with braces anywhere in it (`{name}.json`) becomes one parameter, with a name of
 * letters, digits and `_`, and what some documents write behind `?` or `#` goes.
 */
function templateOf(path: string): string {
  const names = new Set<string>();
  return path
    .replace(/[?#].*$/s, "")
    .split("/")
    .map((step) => {
      const [, written] = /\{([^{}]*)\}/.exec(step) ?? [];
      return written === undefined ? step : `{${paramName(written, names)}}`;
    })
    .join("/");
}

function paramName(written: string, names: Set<string>): string {
  const cleaned = written.replace(/[^A-Za-z0-9_]+/g, "_").slice(0, 40);
  const base = /^[A-Za-z_]/.test(cleaned) ? cleaned : `p${cleaned}`;
  let name = base;
  for (let number = 2; names.has(name); number++) name = `${base}${number}`;
  names.add(name);
  return name;
}
