import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expressApp } from "./apps/express-app.ts";
import { fastifyApp } from "./apps/fastify-app.ts";
import { honoApp } from "./apps/hono-app.ts";

/** An app on a port of its own, without any function. */
export interface NativeServer {
  readonly port: number;
  close(): Promise<void>;
}

export const NATIVE = {
  express: () => served(createServer(expressApp())),
  fastify: async () => {
    const app = fastifyApp();
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  hono: () => {
    const app = honoApp();
    return served(webServer((request) => app.fetch(request)));
  },
};

/** A node:http server on any free port. */
export async function served(server: Server): Promise<NativeServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Hands node:http's requests to what speaks the web's Request and Response; nothing else. */
function webServer(fetch: (request: Request) => Response | Promise<Response>): Server {
  return createServer((req, res) => {
    const { method = "GET", url = "/", rawHeaders } = req;
    const headers = new Headers();
    for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
    const answer = async () => {
      const bytes = await buffer(req);
      const body = method === "GET" || method === "HEAD" ? null : new Uint8Array(bytes);
      const response = await fetch(
        new Request(`http://${req.headers.host}${url}`, { method, headers, body }),
      );
      res.writeHead(response.status, [...response.headers].flat());
      res.end(Buffer.from(await response.arrayBuffer()));
    };
    answer().catch((error: unknown) =>
      res.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
}
