import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Reaction, Side } from "./edge-case.ts";
import { Malformed, readMessage, type Message } from "./message.ts";
import { perform } from "./perform.ts";

/** A request that reached an upstream. */
export interface Recorded {
  readonly side: Side;
  message: Message;
  /** True when its connection ended before it did. */
  cut: boolean;
  /** True when its connection has ended. */
  left: boolean;
}

/** Two upstreams that write down every request in the order of their heads, and do what the script says. */
export interface Recorder {
  readonly ports: Readonly<Record<Side, number>>;
  readonly requests: Recorded[];
  /** Bytes that were no request. */
  readonly malformed: string[];
  /** Forgets what was recorded. Scripted are the requests that are no probes, in their order. */
  begin(script: readonly Reaction[]): void;
  close(): void;
}

/** Requests of the runner's own are told by their paths, and are never scripted. */
export const isProbe = ({ message }: Recorded): boolean =>
  / \/(?:function\/)?(?:probe|crowd)-/.test(message.startLine);
/** These are never answered. */
export const isCrowd = ({ message }: Recorded): boolean => message.startLine.includes(" /crowd-");

export async function startRecorder(): Promise<Recorder> {
  let script: readonly Reaction[] = [];
  let scripted = 0;
  const requests: Recorded[] = [];
  const malformed: string[] = [];
  const sockets = new Set<Socket>();

  const accept = (side: Side) => (socket: Socket) => {
    let bytes = "";
    let at = 0;
    let current: Recorded | undefined;
    let reaction: Reaction = OTHERWISE;
    let reacted = false;
    const own: Recorded[] = [];
    const react = (steps: Reaction["steps"], from: number) => {
      reacted = true;
      perform(steps, socket, () => bytes.slice(from)).catch(() => socket.destroy());
    };
    const read = () => {
      while (true) {
        const message = readMessage(bytes, at, "request", () => "by-fields");
        if (message === undefined) return;
        if (current === undefined) {
          current = { side, message, cut: false, left: false };
          requests.push(current);
          own.push(current);
          reacted = false;
          reaction = (isProbe(current) ? undefined : script[scripted++]) ?? OTHERWISE;
          if (isCrowd(current)) reaction = { on: "head", steps: [] };
        }
        current.message = message;
        if (!reacted && (reaction.on === "head" || message.whole)) {
          react(reaction === OTHERWISE ? [plainAnswer(message)] : reaction.steps, at);
        }
        if (!message.whole) return;
        at = message.end;
        current = undefined;
      }
    };
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      bytes += chunk.toString("latin1");
      try {
        read();
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        // What follows 101 is a tunnel's and no request.
        if (bytes.slice(0, at).toLowerCase().includes("\r\nupgrade: ")) return;
        malformed.push(error.message);
        socket.destroy();
      }
    });
    socket.on("close", () => {
      sockets.delete(socket);
      if (current !== undefined) current.cut = true;
      for (const request of own) request.left = true;
    });
  };

  const legacy = createServer(accept("legacy"));
  const other = createServer(accept("function"));
  const ports = { legacy: await listening(legacy), function: await listening(other) };
  return {
    ports,
    requests,
    malformed,
    begin(reactions) {
      script = reactions;
      scripted = 0;
      requests.length = 0;
      malformed.length = 0;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      legacy.close();
      other.close();
    },
  };
}

const OTHERWISE: Reaction = { on: "whole", steps: [] };

/** Says which request it answers, so that nobody can take another's answer for their own. */
function plainAnswer({ startLine }: Message): string {
  const [method, target] = startLine.split(" ");
  const body = `${method} ${target}`;
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`;
  return method === "HEAD" ? head : head + body;
}

function listening(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
}
