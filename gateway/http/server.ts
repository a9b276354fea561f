import http, { type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Gateway } from "../gateway.ts";
import { asksForWebSocket } from "./ingress.ts";
import { problem } from "./problem.ts";
import { refuseSocket } from "./respond.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

export interface ServerSettings {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** How long a drain keeps answering new requests on open connections, so that every client learns of `close`. */
  readonly drainGraceMs: number;
  /** How long a drain waits for requests in flight before it cuts them. */
  readonly drainLimitMs: number;
}

/** The listener that clients talk to. */
export interface GatewayServer {
  /** The port that is really listened on. */
  readonly port: number;
  readonly draining: boolean;
  /** Stops without losing a request: says `Connection: close`, waits for those in flight, then closes. */
  drain(): Promise<void>;
}

/** Why a request could not even be read → what its sender gets. Everything else that the parser refuses is a 400. */
const UNREADABLE: Readonly<Record<string, readonly [status: number, code: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "header-too-large"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "chunk-extensions-too-large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "request-timeout"],
};

/** Listens with node:http, strictly, and hands every request to the gateway. Rejects when the port cannot be had. */
export async function serve(
  gateway: Gateway,
  settings: ServerSettings,
  telemetry: Telemetry,
): Promise<GatewayServer> {
  let draining = false;
  const answering = new Map<Socket, Set<ServerResponse>>();

  const server = http.createServer(
    {
      maxHeaderSize: 32 * 1024,
      // The head must be there within this; bodies may take as long as they move.
      headersTimeout: 15_000,
      requestTimeout: 0,
      connectionsCheckingInterval: 2_000,
      // Longer than the 60 s after which AWS load balancers drop idle connections: the side that reuses must close first.
      keepAliveTimeout: 75_000,
      requireHostHeader: false,
      shouldUpgradeCallback: asksForWebSocket,
    },
    (req, res) => {
      const { socket } = req;
      const answers = answering.get(socket) ?? new Set();
      answering.set(socket, answers.add(res));
      res.once("close", () => {
        answers.delete(res);
        if (answers.size === 0) answering.delete(socket);
      });
      if (draining) res.shouldKeepAlive = false;
      gateway.handle(req, res).catch((error: unknown) => {
        telemetry.unexpected({ where: "request", error });
        res.destroy();
      });
    },
  );
  // Node drops fields beyond a count silently; the size of the head bounds them instead.
  server.maxHeadersCount = 0;
  server.on("checkContinue", (req, res) => server.emit("request", req, res));
  // Node counts upgraded sockets no longer: neither close() nor closeAllConnections() ends them.
  const upgraded = new Set<Socket>();
  server.on("upgrade", (req, socket: Socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    gateway.upgrade(req, socket, head);
  });
  server.on("connect", (_req, socket: Socket) => {
    socket.on("error", () => socket.destroy());
    refuseSocket(socket, problem(405, "connect", "No tunnels are opened here."), "");
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    // While an answer is on its way, a second one would corrupt it. The good one still goes out, unless it is the
    // request it belongs to that broke.
    const answers = answering.get(socket);
    if (answers !== undefined) return endBehind(answers, socket);
    const [status, code] = UNREADABLE[error.code ?? ""] ?? [400, "malformed-request"];
    telemetry.requestRefused({ id: "", status, code });
    return refuseSocket(socket, problem(status, code, "The request could not be read."), "");
  });

  await listen(server, settings);
  return {
    port: portOf(server),
    get draining() {
      return draining;
    },
    async drain() {
      draining = true;
      // Those in flight close behind their answer too, or their idle connections would hold up the end.
      for (const answers of answering.values()) for (const res of answers) res.shouldKeepAlive = false;
      await new Promise((resolve) => setTimeout(resolve, settings.drainGraceMs));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of upgraded) socket.destroy();
      const cut = setTimeout(() => server.closeAllConnections(), settings.drainLimitMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function endBehind(answers: ReadonlySet<ServerResponse>, socket: Socket): void {
  for (const res of answers) {
    if (!res.req.complete) return void socket.destroy();
    res.shouldKeepAlive = false;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(new Error(`port ${port} is in use: end what listens there, or set PORT to another`));
    };
    server.once("error", onError);
    server.listen(port, host, () => {
      server.off("error", onError);
      resolve();
    });
  });
}
