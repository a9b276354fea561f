import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { Gateway } from "./gateway.ts";

/**
 * The gateway as express middleware, for teams that put it inside a server they have. Requests that no route takes
 * go on to the next handler, so the server's own endpoints stay where they are. Mount it before anything that reads
 * bodies: a body that a parser has consumed cannot be sent on.
 */
export function banyanMiddleware(gateway: Gateway): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    if (req.readableDidRead) {
      next(
        new Error(
          "banyan: the request body was read before the gateway saw it; mount banyanMiddleware() first",
        ),
      );
      return;
    }
    // express cuts the mount path off `url`; clients and routes know the whole one.
    req.url = req.originalUrl;
    // handle() never rejects.
    void gateway.handle(req, res, next);
  };
}
