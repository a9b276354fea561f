import { Router } from "@aws-lambda-powertools/event-handler/http";
import { failed, notFound, WEB_ROUTES } from "./web-routes.ts";

const METHODS = {
  read: ["GET", "HEAD"],
  write: ["POST"],
  any: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
} as const;

const silent = () => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

/** The web routes behind Powertools' HTTP router, which runs nowhere but in a function. */
export function powertoolsApp(): Router {
  const router = new Router({ logger: SILENT });
  // Binary mode for every answer; by itself it takes only images, sound, film and what is compressed for binary.
  router.use(async ({ reqCtx, next }) => {
    reqCtx.isBase64Encoded = true;
    await next();
  });
  for (const { methods, path, below, answer } of WEB_ROUTES) {
    const pattern = below ? new RegExp(`^${path}(/.*)?$`) : path;
    router.route(({ req }) => answer(req), { method: [...METHODS[methods]], path: pattern });
  }
  router.notFound(() => Promise.resolve(notFound()));
  router.errorHandler(Error, () => Promise.resolve(failed()));
  return router;
}
