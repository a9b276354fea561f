import type { Socket } from "node:net";

/**
 * Ends a connection whose client may still be sending: closed at once, the reset would overtake the answer. So we say that
 * nothing more will come, and throw away what does for at most so many milliseconds (RFC 9112 §9.6).
 */
export function closeInStages(socket: Socket, lingerMs: number): void {
  socket.end();
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("end", () => socket.destroy()).once("close", () => clearTimeout(cut));
}
