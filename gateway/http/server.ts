import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Gateway } from "../gateway.ts";
import { cutShort } from "./cut.ts";
import { behindProxy } from "./listener/behind-proxy.ts";
import { listeningServer, PLAIN, type ListenerParts } from "./listener/listening-server.ts";
import { asksForWebSocket } from "./ingress.ts";
import type { Line } from "./line.ts";
import { NodeLine } from "./node-line.ts";
import { plainLane } from "./plain/plain-lane.ts";
import { SAFE_LIMITS, type EdgeLimits } from "./limits.ts";
import { Overload, OVERLOADED } from "./overload.ts";
import { problem } from "./problem.ts";
import { refuse, refuseSocket } from "./respond.ts";
import { turns } from "./turns.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

export interface ServerSettings {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** How long a drain keeps answering new requests on open connections, so that every client learns of `close`. */
  readonly drainGraceMs: number;
  /** How long a drain waits for requests in flight before it cuts them. */
  readonly drainLimitMs: number;
  /** Safe ones unless given. */
  readonly limits?: EdgeLimits;
  /** Plain HTTP unless given. */
  readonly listener?: ListenerParts;
  /** One of its own, by the limits, unless given. */
  readonly overload?: Overload;
}

/** The listener that clients talk to. */
export interface GatewayServer {
  /** The port that is really listened on. */
  readonly port: number;
  readonly draining: boolean;
  /** Requests under way. */
  readonly inFlight: number;
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
  const limits = settings.limits ?? SAFE_LIMITS;
  let draining = false;
  const { overload = new Overload(limits), listener = PLAIN } = settings;
  const run = async (line: Line) => {
    if (draining) line.endWith();
    if (!overload.enter()) {
      telemetry.requestRefused({ id: "", status: OVERLOADED.status, code: OVERLOADED.code });
      return refuse(line, OVERLOADED, "");
    }
    try {
      await gateway.handle(line);
    } catch (error) {
      telemetry.unexpected({ where: "request", error });
      line.head.socket.destroy();
    } finally {
      overload.leave();
    }
  };
  const answering = turns(limits.uploadMs, (req, res) => void run(new NodeLine(req, res, true)));

  const server = listeningServer(
    {
      maxHeaderSize: limits.headBytes,
      // The head must be there within this; bodies may take as long as they move.
      headersTimeout: limits.headMs,
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(2_000, limits.headMs / 4),
      keepAliveTimeout: limits.idleMs,
      requireHostHeader: false,
      // Behind an answer that is still owed, a tunnel's bytes would be taken for it: the wish is not heard there.
      shouldUpgradeCallback: (req) => asksForWebSocket(req) && answering.on(req.socket).length === 0,
    },
    listener,
    telemetry,
    (req, res) => answering.take(req, res),
  );
  const plain = plainLane(server, limits, run);
  // Node drops fields beyond a count silently; the size of the head bounds them instead.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  server.on("drop", () => telemetry.connectionRefused({ reason: "too-many", detail: "connections" }));
  for (const event of ["checkContinue", "checkExpectation"]) {
    server.on(event, (req, res) => server.emit("request", req, res));
  }
  // Asked for now, a peer's address is known for good; asked for after a reset, it is nobody's.
  server.on("connection", (socket: Socket) => {
    if (socket.remoteAddress === undefined) socket.destroy();
  });
  server.timeout = limits.stallMs;
  server.on("timeout", (socket: Socket) => {
    if (upgraded.has(socket)) return;
    const [first] = answering.on(socket);
    // Before an answer has begun, its upstream's own deadline counts.
    if (first === undefined) socket.destroy();
    else if (first.headersSent) cutShort(socket);
  });
  // Node counts upgraded sockets no longer: neither close() nor closeAllConnections() ends them.
  const upgraded = new Set<Socket>();
  server.on("upgrade", (req, socket: Socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    if (overload.shed !== "everything") return gateway.upgrade(req, socket, head);
    socket.on("error", () => socket.destroy());
    refuseSocket(socket, OVERLOADED, "");
  });
  server.on("connect", (_req, socket: Socket) => {
    socket.on("error", () => socket.destroy());
    refuseSocket(socket, problem(405, "connect", "No tunnels are opened here."), "");
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    // While an answer is on its way, a second one would corrupt it. The good one still goes out, unless it is the
    // request it belongs to that broke.
    const answers = answering.on(socket);
    if (answers.length > 0) return endBehind(answers, socket);
    const [status, code] = UNREADABLE[error.code ?? ""] ?? [400, "malformed-request"];
    telemetry.requestRefused({ id: "", status, code });
    return refuseSocket(socket, problem(status, code, "The request could not be read."), "");
  });

  // Whoever listens to connections by now hears of them once their header was read.
  if (listener.proxyProtocol !== null) behindProxy(server, listener.proxyProtocol, telemetry);
  await listen(server, settings);
  return {
    port: portOf(server),
    get draining() {
      return draining;
    },
    get inFlight() {
      return overload.inFlight;
    },
    async drain() {
      draining = true;
      // Those in flight close behind their answer too, or their idle connections would hold up the end.
      for (const res of answering.all()) res.shouldKeepAlive = false;
      for (const exchange of plain.current()) exchange.endWith();
      await new Promise((resolve) => setTimeout(resolve, settings.drainGraceMs));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      plain.endIdle();
      for (const socket of upgraded) socket.destroy();
      const cut = setTimeout(() => {
        plain.destroy();
        server.closeAllConnections();
      }, settings.drainLimitMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Nothing can be read any more: whole requests are still answered, in their turn, and the last of them ends the connection. */
function endBehind(answers: readonly ServerResponse[], socket: Socket): void {
  const broken = answers.findIndex(({ req }) => !req.complete);
  const last = answers.at(broken === -1 ? -1 : broken - 1);
  if (broken === 0 || last === undefined) return void socket.destroy();
  if (!last.shouldKeepAlive) return;
  last.shouldKeepAlive = false;
  // Its head may have gone out already, and have promised more.
  last.once("close", () => socket.destroySoon());
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
