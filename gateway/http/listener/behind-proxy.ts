import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { plainAddress, trustIn } from "../trust.ts";
import {
  HEADER_START_BYTES,
  headerStart,
  proxiedIn,
  type HeaderStart,
  type Proxied,
} from "./proxy-header.ts";

export interface ProxyProtocolSettings {
  /** Addresses and CIDR ranges of the peers that send the header; nobody else may connect. */
  readonly from: readonly string[];
  /** Milliseconds for the header. */
  readonly headMs: number;
}

/**
 * Has a server take connections only once their PROXY protocol header was read, before TLS and before HTTP. From then on
 * `remoteAddress`, `remotePort` and `localPort` of a connection's socket are those that its header names.
 */
export function behindProxy(
  server: Server,
  { from, headMs }: ProxyProtocolSettings,
  telemetry: Pick<Telemetry, "connectionRefused">,
): void {
  const listed = trustIn(from);
  const takers = server.listeners("connection");
  /** By the real ends of a connection, for as long as its TLS socket is not there: the only thing the two have in common. */
  const shakingHands = new Map<string, Proxied>();

  const take = (socket: Socket, proxied: Proxied | null) => {
    if (proxied !== null) {
      const ends = endsOf(socket);
      shakingHands.set(ends, proxied);
      socket.once("close", () => shakingHands.delete(ends));
      rename(socket, proxied);
    }
    for (const taker of takers) taker.call(server, socket);
  };
  server.prependListener("secureConnection", (socket: Socket) => {
    const proxied = shakingHands.get(endsOf(socket));
    if (proxied !== undefined) rename(socket, proxied);
  });

  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const refuse = (detail: string) => {
      telemetry.connectionRefused({ reason: "proxy-header", detail });
      socket.destroy();
    };
    if (!listed(plainAddress(socket.remoteAddress))) return refuse("not-listed");
    readHeader(socket, headMs, refuse, (proxied) => take(socket, proxied));
  });
}

/** Reads the header and not a byte more: what follows stays in the socket for whoever takes it. */
function readHeader(
  socket: Socket,
  headMs: number,
  refuse: (detail: string) => void,
  done: (proxied: Proxied | null) => void,
): void {
  let known: HeaderStart | null = null;
  const look = () => {
    const start = known ?? startIn(socket);
    if (start === null) return;
    known = start;
    if ("refused" in start) return end(() => refuse(start.refused));
    const rest = exactly(socket, start.restBytes);
    if (rest !== null) end(() => done(proxiedIn(start, rest)));
  };
  const late = setTimeout(() => end(() => refuse("timeout")), headMs);
  const onGone = () => end(() => socket.destroy());
  const end = (then: () => void) => {
    clearTimeout(late);
    socket.off("readable", look).off("end", onGone).off("error", onGone).off("close", onGone);
    then();
  };
  socket.on("readable", look).on("end", onGone).on("error", onGone).on("close", onGone);
}

function startIn(socket: Socket): HeaderStart | null {
  const bytes = exactly(socket, HEADER_START_BYTES);
  return bytes === null ? null : headerStart(bytes);
}

/** That many bytes; null while they are not there, and when the peer has ended before: then fewer would come. */
function exactly(socket: Socket, bytes: number): Buffer | null {
  if (bytes === 0) return Buffer.alloc(0);
  const read: unknown = socket.read(bytes);
  return Buffer.isBuffer(read) && read.length === bytes ? read : null;
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

/** Whoever asks the socket from now on gets the client's end, so nobody has to know that there is a balancer. */
function rename(socket: Socket, { from, to }: Proxied): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: from.address },
    remotePort: { value: from.port },
    localPort: { value: to.port },
  });
}
