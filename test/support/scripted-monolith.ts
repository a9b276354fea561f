import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ledger } from "./ledger.ts";

/** How the monolith serves one request. */
const SERVICES_BY_NAME = {
  sized: (res, text) => res.setHeader("content-length", text.length).end(text),
  chunked: (res, text) => (res.write(text.slice(0, 3)), res.end(text.slice(3))),
  empty: (res) => res.writeHead(204).end(),
  fails: (res, text) => res.writeHead(500).end(text),
  cut: (res, text) => res.write(text.slice(0, 3), () => setTimeout(() => res.destroy(), 5)),
  "reset-before": (res) => res.socket?.resetAndDestroy(),
  "reset-after": (res) => res.socket?.resetAndDestroy(),
} as const satisfies Record<string, (res: ServerResponse, text: string) => unknown>;
export type ServiceName = keyof typeof SERVICES_BY_NAME;
export const SERVICES = Object.keys(SERVICES_BY_NAME) as ServiceName[];
/** What it does while it lives. */
export const LIVING: readonly ServiceName[] = ["sized", "chunked", "empty"];

export const fingerprint = (body: Buffer) => createHash("sha1").update(body).digest("hex");

/** What it says of a request that it has served: an id, and what came with it. */
export const said = (id: string, print: string) => `legacy ${id} ${print}`;

/** A monolith on a real port, which serves as the field `x-legacy` says; what it has done goes into the ledger. */
export async function scriptedMonolith(ledger: Ledger) {
  const server = createServer((req, res) => {
    serve(req, res).catch(() => res.destroy());
  });
  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    res.setHeader("x-side", "legacy");
    if (req.url === "/ping") return void res.end("pong");
    const service = req.headers["x-legacy"] as ServiceName;
    const id = String(req.headers["x-id"]);
    const hash = createHash("sha1");
    if (service !== "reset-before") {
      for await (const chunk of req as AsyncIterable<Buffer>) hash.update(chunk);
      ledger.run(id, "legacy");
    }
    res.setHeader("x-id", id);
    return void SERVICES_BY_NAME[service](res, said(id, hash.digest("hex")));
  };
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
