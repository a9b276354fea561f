import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Endpoints, On } from "./endpoints.ts";
import { queryNumber, waitWith } from "./reading.ts";
import { Refusal } from "./refusal.ts";

/** News as it happens: server-sent events, and the address of the WebSocket. */
export function live(on: On): void {
  on("GET /api/events", async (req, res) => {
    const count = queryNumber(req, "count", { least: 0, most: 100_000, otherwise: 10 });
    const everyMs = queryNumber(req, "everyMs", { least: 0, most: 60_000, otherwise: 100 });
    const seen = Number(req.get("Last-Event-ID") ?? 0) || 0;
    res.set({ "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store" });
    if (req.method === "HEAD") return res.end();
    res.write(": welcome\nretry: 1000\n\n");
    for (let id = seen + 1; id <= seen + count; id++) {
      if (!(await waitWith(res, everyMs))) break;
      const data = JSON.stringify({ order: 1000 + id, at: new Date().toISOString() });
      res.write(`id: ${id}\nevent: order\ndata: ${data}\n\n`);
    }
    return res.end();
  });

  on("GET /api/live", (_, res) => {
    res.set({ Upgrade: "websocket", Connection: "Upgrade" });
    throw new Refusal(426, "upgrade-required", "This address speaks WebSocket.");
  });
}

/** Answers upgrades: `/api/live` says back whatever it hears, text as text and bytes as bytes; others get a 404. */
export function echoOver(server: Server, { count }: Endpoints): { close(): void } {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has("shop.v1") ? "shop.v1" : false),
  });
  server.on("upgrade", (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [path] = (req.url ?? "").split("?");
    if (path !== "/api/live") return refuse(socket, 404);
    count("GET /api/live (upgrade)");
    sockets.handleUpgrade(req, socket, head, (client) => {
      client.on("error", () => client.terminate());
      client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
    });
  });
  return {
    close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

function refuse(socket: Duplex, status: number): void {
  socket.on("error", () => undefined);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
