import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

export interface LocalAgent {
  readonly url: string;
  /** The targets that were asked for, in order. */
  readonly asked: readonly string[];
  /** Serves this configuration from now on. */
  readonly serve: (configuration: string | Buffer, contentType?: string) => void;
  /** Answers as told from now on. */
  readonly answer: (how: Answer) => void;
  readonly end: () => Promise<void>;
}

/** An AppConfig Agent on a free port: it answers with the whole configuration, or with 404 while it has none. */
export async function localAgent(): Promise<LocalAgent> {
  const asked: string[] = [];
  let answer: Answer = (_, res) => res.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
  const server = createServer((req, res) => {
    asked.push(req.url ?? "");
    answer(req, res);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    serve(configuration, contentType = "application/json") {
      const headers = { "content-type": contentType, "configuration-version": "1" };
      answer = (_, res) => res.writeHead(200, headers).end(configuration);
    },
    answer(how) {
      answer = how;
    },
    async end() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}
