import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { plainAddress } from "./trust.ts";

/** The connection that requests come in on. */
export interface Peer {
  readonly address: string;
  readonly encrypted: boolean;
  readonly port: number;
}

/** The same, and when it ends. */
export interface ConnectedPeer extends Peer {
  /** Aborts when the connection closes: one for all of its requests, as a signal for each costs more than ingress does. */
  readonly gone: AbortSignal;
}

const known = new WeakMap<Socket, ConnectedPeer>();

/** Who is at the other end of this connection. */
export function peerOn(socket: Socket): ConnectedPeer {
  let peer = known.get(socket);
  if (peer === undefined) known.set(socket, (peer = newPeer(socket)));
  return peer;
}

function newPeer(socket: Socket): ConnectedPeer {
  const gone = new AbortController();
  if (socket.destroyed) gone.abort();
  else socket.once("close", () => gone.abort());
  return {
    address: plainAddress(socket.remoteAddress),
    encrypted: socket instanceof TLSSocket,
    port: socket.localPort ?? 0,
    gone: gone.signal,
  };
}
