import type { Role } from "../../gateway/admin/auth/role.ts";

export interface OperatorRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: object | null;
  /** The least that one must be. */
  readonly needs: Role;
}

const get = (path: string, needs: Role): OperatorRequest => ({ method: "GET", path, body: null, needs });
const post = (path: string, body: object, needs: Role): OperatorRequest => ({
  method: "POST",
  path,
  body,
  needs,
});
const dry = { route: "get-product", reason: "r", dryRun: true };

/** A route in stage `legacy` for them, below `routes:`. */
export const GET_PRODUCT = `
  get-product:
    match: { method: GET, path: "/api/products/{sku}" }
    function: { lambda: get-product }
`;

/** Each thing the operator's API can do to a route `get-product`, without changing anything. */
export const OPERATOR_REQUESTS: readonly OperatorRequest[] = [
  get("/api/status", "viewer"),
  get("/api/config", "viewer"),
  get("/api/diffs", "viewer"),
  get("/api/report", "viewer"),
  get("/api/explain?url=/x", "viewer"),
  post("/api/explain", { url: "/x" }, "viewer"),
  get("/api/audit", "viewer"),
  get("/api/events", "viewer"),
  get("/api/openapi.json", "viewer"),
  get("/api/record", "operator"),
  get("/metrics", "viewer"),
  post("/api/flip", { ...dry, stage: "shadow" }, "operator"),
  post("/api/promote", dry, "operator"),
  post("/api/rollback", dry, "operator"),
  post("/api/pause", { ...dry, on: true }, "operator"),
  post("/api/kill", { on: true, dryRun: true }, "operator"),
];

export interface OperatorAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Null for a stream, which is left after its head. */
  readonly json: unknown;
}

/** Asks an operator's side, with the fields that show who asks. */
export async function askOperator(
  url: string,
  { method, path, body }: Pick<OperatorRequest, "method" | "path" | "body">,
  proof: Readonly<Record<string, string>>,
): Promise<OperatorAnswer> {
  const gone = new AbortController();
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...proof, ...(body !== null && { "content-type": "application/json" }) },
    ...(body !== null && { body: JSON.stringify(body) }),
    signal: gone.signal,
  });
  const { status, headers } = answer;
  const isJson = /^application\/(problem\+)?json\b/.test(headers.get("content-type") ?? "");
  const json: unknown = isJson ? await answer.json() : null;
  gone.abort();
  return { status, headers, json };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
