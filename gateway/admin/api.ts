import type { Request } from "express";
import {
  explainRequest,
  flipRequest,
  killRequest,
  pauseRequest,
  promoteRequest,
  rollbackRequest,
  type ExplainRequest,
} from "./contract.ts";
import { headerPair } from "./header-pair.ts";
import type { Operator } from "./operator.ts";
import { parseRequest } from "./parse-request.ts";
import { Refusal } from "./refusal.ts";

/** One thing the API can do: by which methods, and what it answers. Only POST may change anything. */
export interface Endpoint {
  readonly path: string;
  readonly get?: (req: Request) => Promise<object>;
  readonly post?: (req: Request) => Promise<object>;
}

/** The operator's verbs over HTTP, the same as on the command line. */
export function endpoints(operator: Operator): readonly Endpoint[] {
  const explain = (input: unknown) => operator.explain(parseRequest(explainRequest, input));
  return [
    { path: "/api/status", get: ({ query }) => operator.status(one(query, "route")) },
    { path: "/api/config", get: () => operator.config() },
    {
      path: "/api/explain",
      get: ({ query }) => explain(explainQuery(query)),
      post: ({ body }) => explain(body),
    },
    { path: "/api/flip", post: ({ body }) => operator.flip(parseRequest(flipRequest, body)) },
    { path: "/api/promote", post: ({ body }) => operator.promote(parseRequest(promoteRequest, body)) },
    { path: "/api/rollback", post: ({ body }) => operator.rollback(parseRequest(rollbackRequest, body)) },
    { path: "/api/pause", post: ({ body }) => operator.pause(parseRequest(pauseRequest, body)) },
    { path: "/api/kill", post: ({ body }) => operator.kill(parseRequest(killRequest, body)) },
  ];
}

type Query = Request["query"];

/** A parameter that may be there once. */
function one(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Refusal("bad-request", `${name} may be given once`);
}

/** `?method=GET&url=/x&header=Name:%20value&header=…` */
function explainQuery(query: Query): { [Name in keyof ExplainRequest]: unknown } {
  const headers = [query["header"] ?? []].flat();
  return {
    method: one(query, "method"),
    url: one(query, "url"),
    headers: headers.map((header) => (typeof header === "string" ? headerPair(header) : header)),
  };
}
