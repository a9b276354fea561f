import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request as a server got it, and what it answered. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly answer: { readonly status: number; readonly headers: readonly string[]; readonly body: Buffer };
}

/** A server in front of another that hands everything on as it is, and writes it down. It knows no WebSockets. */
export async function recordingFront(
  to: string,
): Promise<AsyncDisposable & { readonly url: string; readonly seen: readonly Seen[] }> {
  const { hostname, port } = new URL(to);
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    const { method = "", url: target = "", rawHeaders: headers } = req;
    const handOn = async () => {
      const body = await buffer(req);
      const asked = request({ hostname, port, method, path: target, headers, agent: false }).end(body);
      const [answered] = await new Promise<[typeof res.req]>((resolve, reject) => {
        asked.once("response", (response) => resolve([response])).once("error", reject);
      });
      const status = answered.statusCode!;
      const answer = { status, headers: answered.rawHeaders, body: await buffer(answered) };
      seen.push({ method, target, headers, body, answer });
      res.writeHead(status, answer.headers).end(answer.body);
    };
    handOn().catch((error: unknown) => res.destroy(error instanceof Error ? error : undefined));
  });
  server.on("upgrade", (_req, socket) => {
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
