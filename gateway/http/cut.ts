import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/**
 * Ends a connection so that what went out on it never looks whole: by a reset, or over TLS by an end without the closing
 * alert, which says the same (RFC 9112 §9.8). Node resets plain connections only.
 */
export function cutShort(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
