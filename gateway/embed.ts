import type { Provider } from "@openfeature/server-sdk";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { assemble } from "./assembly.ts";
import { readEnv } from "./config/env.ts";
import { NodeLine } from "./http/node-line.ts";
import { silentTelemetry } from "./telemetry/silent.ts";
import type { Gateway } from "./gateway.ts";
import { localPath } from "./local-path.ts";

/**
 * The gateway as express middleware, for teams that put it inside a server they have. Requests that no route takes
 * go on to the next handler, so the server's own endpoints stay where they are. Mount it before anything that reads
 * bodies: a body that a parser has consumed cannot be sent on.
 */
export function banyanMiddleware(gateway: Gateway): RequestHandler {
  // express takes a rejected promise for an error.
  return async (req: Request, res: Response, next: NextFunction) => {
    if (req.readableDidRead) {
      throw new Error("banyan: the request body was read before the gateway saw it; mount banyan first");
    }
    // express cuts the mount path off `url`; clients and routes know the whole one.
    req.url = req.originalUrl;
    await gateway.handle(new NodeLine(req, res, false), next);
  };
}

export interface Embedded {
  readonly middleware: RequestHandler;
  /** For the server's `upgrade` event: joins WebSockets with the monolith. */
  readonly upgrade: Gateway["upgrade"];
  /** The gateway's decisions as an OpenFeature provider: the key is a route's id, the targeting key its sticky key. */
  openFeature(): Promise<Provider>;
  /** Stops watching files and lets go of connections; call it once the server is closed. */
  close(): Promise<void>;
}

/**
 * A gateway to embed, with everything but listeners: it reads routes.yaml and flags, takes up changes of both, and is
 * flipped by the command line through the flag file. Settings come from the environment (BANYAN_CONFIG, BANYAN_DATA,
 * LOG_LEVEL) unless given. Rejects with a StartError when routes.yaml is not valid.
 */
export async function banyan(variables?: Readonly<Record<string, string | undefined>>): Promise<Embedded> {
  const listening = new Set<() => void>();
  const flagsChanged = () => {
    for (const changed of listening) changed();
  };
  const assembly = await assemble(readEnv(variables), [{ ...silentTelemetry, flagsChanged }], localPath);
  const { gateway } = assembly.path;
  const { flags, table, clock } = assembly.operated;
  return {
    middleware: banyanMiddleware(gateway),
    upgrade: (req, socket, head) => gateway.upgrade(req, socket, head),
    async openFeature() {
      const { banyanProvider } = await import("./openfeature/provider.ts");
      return banyanProvider({
        flags,
        clock,
        routeOf: (id) => table().routes.find((route) => route.id === id),
        onChange(changed) {
          listening.add(changed);
          return () => listening.delete(changed);
        },
      });
    },
    close: async () => assembly[Symbol.asyncDispose](),
  };
}
