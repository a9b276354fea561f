import type { Express, NextFunction, Request, Response } from "express";

/** Answers one endpoint, or prepares the request for the next step, as a body parser does. */
export type Step = (req: Request, res: Response, next: NextFunction) => unknown;

/** Adds an endpoint, named as in `GET /api/orders/{id}`; `ANY` takes every method, `{rest*}` every deeper path. */
export type On = (endpoint: string, ...steps: readonly Step[]) => void;

export interface Endpoints {
  readonly on: On;
  /** Every endpoint, as it was added. */
  readonly names: readonly string[];
  /** One more request for an endpoint that Express does not see, such as an upgrade. */
  readonly count: (endpoint: string) => void;
  /** How often each endpoint was asked, by method and pattern. */
  readonly asked: () => Record<string, number>;
}

/** The app's endpoints, each counting who asks for it. */
export function endpointsOf(app: Express): Endpoints {
  const names: string[] = [];
  const counts = new Map<string, number>();
  const count = (endpoint: string) => void counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);

  return {
    names,
    count,
    asked: () => Object.fromEntries(counts),
    on(endpoint, ...steps) {
      const [method = "", pattern = ""] = endpoint.split(" ");
      const path = pattern.replaceAll(/\{(\w+)\*\}/g, "*$1").replaceAll(/\{(\w+)\}/g, ":$1");
      const route = app.route(path);
      names.push(endpoint);
      const counting = (req: Request, _: Response, next: () => void) => {
        count(`${req.method} ${pattern}`);
        next();
      };
      if (method === "ANY") route.all(counting, ...steps);
      else if (method === "GET") route.get(counting, ...steps);
      else if (method === "POST") route.post(counting, ...steps);
      else if (method === "PUT") route.put(counting, ...steps);
      else if (method === "PATCH") route.patch(counting, ...steps);
      else if (method === "DELETE") route.delete(counting, ...steps);
      else throw new Error(`${endpoint}: unknown method; use ANY or one Express has.`);
    },
  };
}
