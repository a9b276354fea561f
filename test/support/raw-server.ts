import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A TCP server whose every byte the test decides: for answers that no HTTP library would send. */
export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** What arrived so far, one string a connection, one character a byte. */
  readonly received: string[];
  /** Connections open now. */
  open(): number;
  close(): Promise<void>;
}

/** Calls `onData` with everything that one connection has sent so far, each time more arrives. */
export async function rawServer(
  onData: (socket: Socket, soFar: string, connection: number) => void,
): Promise<RawServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = received.push("") - 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      received[connection] += bytes.toString("latin1");
      onData(socket, received[connection]!, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Answers every complete, bodiless request of every connection with these bytes. */
export function answering(answer: string): (socket: Socket, soFar: string) => void {
  return (socket, soFar) => {
    if (soFar.endsWith("\r\n\r\n")) socket.write(answer, "latin1");
  };
}
