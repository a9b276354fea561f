import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { HeaderList } from "../http/headers.ts";
import { problem } from "../http/problem.ts";
import type { GatewayRequest } from "../http/request.ts";
import { refuseSocket } from "../http/respond.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { unsafeAnswer } from "./http-errors.ts";

/** Joins clients that switch protocols with the monolith. */
export interface Tunnel {
  /** `request` has passed ingress and routing; only what it says is sent on. */
  join(request: GatewayRequest, req: IncomingMessage, socket: Socket, head: Buffer): void;
}

export interface TunnelSettings {
  readonly legacyUrl: string;
  /** Until the monolith must have switched. */
  readonly timeoutMs: number;
  /** Clients' sockets while they are joined, so that a drain can end them. */
  readonly open: Set<Socket>;
}

/** WebSocket tunnels by http-proxy-middleware, behind our own guards on both sides. */
export function webSocketTunnel(
  { legacyUrl, timeoutMs, open }: TunnelSettings,
  telemetry: Telemetry,
): Tunnel {
  const joining = new WeakMap<
    IncomingMessage,
    { id: string; socket: Socket; writtenBefore: number; unwatch: () => void }
  >();
  const fail = (req: IncomingMessage) => {
    const { id, socket, writtenBefore } = joining.get(req)!;
    // Once bytes of the monolith's answer went out, another answer would only corrupt them.
    if (socket.bytesWritten > writtenBefore) socket.destroy();
    else refuseSocket(socket, problem(502, "upstream-failed", "The service failed to switch protocols."), id);
  };

  const made = async () => {
    const { createProxyMiddleware } = await import("http-proxy-middleware");
    return createProxyMiddleware({
      target: legacyUrl,
      changeOrigin: false,
      xfwd: false,
      upgradeTimeout: timeoutMs,
      on: {
        proxyReqWs(out, req) {
          // A client that leaves while the monolith sends would leave the other half open: a paused pipe hears nothing.
          const { socket, unwatch } = joining.get(req)!;
          socket.once("close", () => {
            out.destroy();
            out.socket?.destroy();
          });
          out.prependListener("upgrade", (answer) => {
            unwatch();
            if (accepts(answer, req)) return;
            // Ending the client's socket first is what keeps the 101 and all that follows it from being written.
            fail(req);
            answer.socket.destroy();
          });
          out.prependListener("response", (answer) => {
            unwatch();
            endBehind(socket);
            const unfit = unsafeAnswer(answer);
            if (unfit !== undefined) answer.destroy(new Error(unfit));
          });
        },
        error(error, req) {
          telemetry.unexpected({ where: "tunnel", error });
          fail(req);
        },
      },
    });
  };
  // Loaded by the first one who wants a tunnel: most gateways never do.
  let proxy: ReturnType<typeof made> | undefined;
  const tunnel = async (req: IncomingMessage, socket: Socket, head: Buffer) => {
    try {
      const { upgrade } = await (proxy ??= made());
      if (!socket.destroyed) upgrade(req, socket, head);
    } catch (error) {
      telemetry.unexpected({ where: "tunnel", error });
      fail(req);
    }
  };

  return {
    join(request, req, socket, head) {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      joining.set(req, {
        id: request.id,
        socket,
        writtenBefore: socket.bytesWritten,
        unwatch: endWithClient(socket),
      });
      req.url = request.target.raw;
      req.headers = joined(request.headers);
      void tunnel(req, socket, head);
    },
  };
}

/**
 * A client that closes its half before anything was switched wants no tunnel any more. Nobody reads its socket yet, so
 * nobody would hear of it; what it has sent stays where it is.
 */
function endWithClient(socket: Socket): () => void {
  const look = () => {
    if (socket.readableLength === 0) socket.read();
  };
  const onEnd = () => socket.destroy();
  socket.on("readable", look).once("end", onEnd);
  return () => socket.off("readable", look).off("end", onEnd);
}

/** How long a client whose wish was refused may take to read the answer's next bytes, and go on sending behind it. */
const STALL_MS = 30_000;
const LINGER_MS = 1_000;

/**
 * The monolith answers instead of switching. What the client says meanwhile is nobody's: read away, or its end would not be
 * heard behind it, and its socket would stay for ever.
 */
function endBehind(socket: Socket): void {
  const destroy = () => socket.destroy();
  socket.once("end", destroy).setTimeout(STALL_MS, destroy).resume();
  socket.once("finish", () => {
    const cut = setTimeout(destroy, LINGER_MS);
    socket.once("close", () => clearTimeout(cut));
  });
}

const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A 101 counts when it is for this very request (RFC 6455 §4.1): no byte is tunnelled before that. */
function accepts(answer: IncomingMessage, req: IncomingMessage): boolean {
  const key = req.headers["sec-websocket-key"] ?? "";
  const expected = createHash("sha1")
    .update(key + WEBSOCKET_GUID)
    .digest("base64");
  return (
    answer.statusCode === 101 &&
    answer.headers.upgrade?.toLowerCase() === "websocket" &&
    answer.headers["sec-websocket-accept"] === expected
  );
}

/** Fields as Node's client takes them for an upgrade: one value a name, hop-by-hop ones set by us alone. */
function joined(headers: HeaderList): IncomingMessage["headers"] {
  const fields = new Map<string, string>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    const earlier = fields.get(name);
    const separator = name === "cookie" ? "; " : ", ";
    fields.set(name, earlier === undefined ? headers[i + 1]! : earlier + separator + headers[i + 1]!);
  }
  return Object.fromEntries(fields.set("connection", "Upgrade").set("upgrade", "websocket"));
}
