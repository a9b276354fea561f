import type { Server } from "node:http";
import type { Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import { systemClock } from "../../clock.ts";
import type { EdgeLimits } from "../limits.ts";
import { PlainConnection, type PlainHost } from "./plain-connection.ts";
import type { PlainExchange } from "./plain-exchange.ts";

/** Connections whose requests so far were all plain, which is nearly all there are. */
export interface PlainLane {
  /** Requests that are being answered. */
  current(): PlainExchange[];
  /** Ends the connections on which nothing is being answered. */
  endIdle(): void;
  /** Ends all of them. */
  destroy(): void;
}

const NO_LANE: PlainLane = { current: () => [], endIdle: () => undefined, destroy: () => undefined };

/** How often silent connections are looked for. */
const CHECK_EVERY_MS = 1_000;

/**
 * Reads plain requests itself, which costs a fraction of what node:http takes for all that HTTP can be. A connection on which
 * anything else comes goes to node:http, with what was not read, and stays there: so all strictness is still that of its
 * parser. To be called before anybody else listens to the server's connections. `run` has a request answered, and never rejects.
 */
export function plainLane(
  server: Server,
  limits: EdgeLimits,
  run: (exchange: PlainExchange) => Promise<void>,
): PlainLane {
  // Under TLS, what comes over a connection is not HTTP yet.
  if (server instanceof TlsServer) return NO_LANE;
  const connections = new Set<PlainConnection>();
  const [toNodeHttp, ...others] = server.listeners("connection");
  if (toNodeHttp === undefined || others.length > 0)
    throw new Error("not node:http alone has the connections");
  const host: PlainHost = {
    ...limits,
    run,
    toNodeHttp: ({ socket }) => void toNodeHttp.call(server, socket),
    unreadable: ({ socket }, code) =>
      void server.emit("clientError", Object.assign(new Error("unreadable"), { code }), socket),
    gone: (connection) => void connections.delete(connection),
  };
  server.removeAllListeners("connection").on("connection", (socket: Socket) => {
    connections.add(new PlainConnection(socket, host, systemClock.elapsed()));
  });
  const checking = setInterval(
    () => {
      const nowMs = systemClock.elapsed();
      for (const connection of connections) connection.check(nowMs);
    },
    Math.min(CHECK_EVERY_MS, limits.headMs / 4),
  ).unref();
  server.once("close", () => clearInterval(checking));

  return {
    current: () => [...connections].flatMap(({ current }) => (current === null ? [] : [current])),
    endIdle() {
      for (const connection of connections) if (connection.current === null) connection.end();
    },
    destroy() {
      for (const { socket } of connections) socket.destroy();
    },
  };
}
