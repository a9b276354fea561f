import type { Request } from "express";
import type { z } from "zod";
import {
  diffsRequest,
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
export function endpoints(operatorFor: (req: Request) => Operator): readonly Endpoint[] {
  const explain = (req: Request, input: unknown) =>
    operatorFor(req).explain(parseRequest(explainRequest, input));
  const change = <T>(
    path: string,
    schema: z.ZodType<T>,
    make: (operator: Operator, wish: T) => Promise<object>,
  ) => ({
    path,
    post: (req: Request) => make(operatorFor(req), parseRequest(schema, req.body)),
  });
  return [
    { path: "/api/status", get: (req) => operatorFor(req).status(one(req.query, "route")) },
    { path: "/api/config", get: (req) => operatorFor(req).config() },
    {
      path: "/api/diffs",
      get: async (req) => operatorFor(req).diffs(parseRequest(diffsRequest, once(req.query))),
    },
    {
      path: "/api/explain",
      get: (req) => explain(req, explainQuery(req.query)),
      post: (req) => explain(req, req.body),
    },
    change("/api/flip", flipRequest, (operator, wish) => operator.flip(wish)),
    change("/api/promote", promoteRequest, (operator, wish) => operator.promote(wish)),
    change("/api/rollback", rollbackRequest, (operator, wish) => operator.rollback(wish)),
    change("/api/pause", pauseRequest, (operator, wish) => operator.pause(wish)),
    change("/api/kill", killRequest, (operator, wish) => operator.kill(wish)),
  ];
}

type Query = Request["query"];

/** A parameter that may be there once. */
function one(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Refusal("bad-request", `${name} may be given once`);
}

/** Parameters that may each be there once. */
function once(query: Query): object {
  return Object.fromEntries(Object.keys(query).map((name) => [name, one(query, name)]));
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
