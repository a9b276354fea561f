import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A way to a service that a request can be held up on. */
export interface Gate {
  readonly url: string;
  /** Holds the next such request, as in `POST …/deployments`; resolves once it is there, with what lets it go on. */
  readonly hold: (wanted: RegExp) => Promise<() => void>;
  readonly close: () => Promise<void>;
}

interface Hold {
  readonly wanted: RegExp;
  readonly arrived: (letGo: () => void) => void;
}

export async function gate(target: string): Promise<Gate> {
  const holds: Hold[] = [];
  const pass = async (req: IncomingMessage, res: ServerResponse) => {
    const index = holds.findIndex(({ wanted }) => wanted.test(`${req.method} ${req.url}`));
    const [hold] = index < 0 ? [] : holds.splice(index, 1);
    if (hold !== undefined) await new Promise<void>((letGo) => hold.arrived(letGo));
    const { method = "GET", headers } = req;
    const forwarded = request(new URL(req.url ?? "/", target), { method, headers });
    forwarded.on("response", (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    forwarded.on("error", () => res.destroy());
    req.pipe(forwarded);
  };
  const server = createServer((req, res) => void pass(req, res));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (wanted) => new Promise((arrived) => holds.push({ wanted, arrived })),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
