import { Hono } from "hono";
import { failed, notFound, WEB_ROUTES } from "./web-routes.ts";

/** The web routes behind Hono: the same natively and in hono/aws-lambda. */
export function honoApp(): Hono {
  const app = new Hono();
  const methods = { read: ["GET"], write: ["POST"] };
  for (const { methods: kind, path, below, answer } of WEB_ROUTES) {
    const pattern = below ? `${path}/*` : path;
    if (kind === "any") app.all(pattern, (c) => answer(c.req.raw));
    else app.on(methods[kind], pattern, (c) => answer(c.req.raw));
  }
  app.notFound(notFound);
  app.onError(failed);
  return app;
}
