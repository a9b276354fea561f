/** What of json-server 0.17 the tests use; it brings no types. */
declare module "json-server" {
  import type { Express, RequestHandler, Router } from "express";

  interface JsonServer {
    create(): Express;
    defaults(options: { logger: boolean; static?: string }): RequestHandler[];
    /** Keeps its state in memory where it is given an object. */
    router(state: object): Router & { readonly db: { setState(state: object): unknown } };
  }
  const jsonServer: JsonServer;
  export default jsonServer;
}
