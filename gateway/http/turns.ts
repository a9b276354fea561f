import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { closeInStages } from "./staged-close.ts";

/** The requests of each connection, one at a time: node:http hands out what is pipelined all at once. */
export interface Turns {
  /** Runs it now, or when all that came before it on its connection are answered; never, if one of those was the last. */
  take(req: IncomingMessage, res: ServerResponse): void;
  /** The answers that are owed on a connection, in their order. */
  on(socket: Socket): readonly ServerResponse[];
  all(): Iterable<ServerResponse>;
}

/** Nobody means well who asks for more before the first is answered; node:http would keep all of it. */
const MOST_PIPELINED = 1_000;

/**
 * `lingerMs`: how long a client may go on sending a body that was answered already. Closing at once would reset the
 * connection, and the reset could overtake the answer.
 */
export function turns(lingerMs: number, run: (req: IncomingMessage, res: ServerResponse) => void): Turns {
  const owed = new Map<Socket, ServerResponse[]>();
  const opened = (socket: Socket) => {
    const line: ServerResponse[] = [];
    owed.set(socket, line);
    socket.once("close", () => owed.delete(socket));
    return line;
  };
  return {
    take(req, res) {
      const { socket } = req;
      const line = owed.get(socket) ?? opened(socket);
      if (line.length === MOST_PIPELINED) {
        socket.destroy();
        return;
      }
      line.push(res);
      res.once("prefinish", () => {
        if (!res.shouldKeepAlive) endInStages(req, socket, lingerMs);
      });
      res.on("close", () => {
        // It was the last: what else comes stays behind it for ever.
        if (!res.shouldKeepAlive) return;
        if (!req.complete && !socket.destroyed) linger(req, socket, lingerMs);
        line.splice(line.indexOf(res), 1);
        const [next] = line;
        if (next !== undefined && !socket.destroyed) run(next.req, next);
      });
      if (line.length === 1) run(req, res);
    },
    on: (socket) => owed.get(socket) ?? [],
    *all() {
      for (const line of owed.values()) yield* line;
    },
  };
}

function linger(req: IncomingMessage, socket: Socket, lingerMs: number): void {
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  req.once("end", () => clearTimeout(cut)).once("close", () => clearTimeout(cut));
}

/** How long a client may go on with other requests behind its last answer. */
const BEHIND_MS = 2_000;

/** The connection ends with this answer, and its client may still be sending. node:http ends connections by `destroySoon`. */
function endInStages(req: IncomingMessage, socket: Socket, lingerMs: number): void {
  socket.destroySoon = () => {
    if (req.complete) return closeInStages(socket, BEHIND_MS);
    req.once("end", () => socket.destroy()).resume();
    closeInStages(socket, lingerMs);
  };
}
