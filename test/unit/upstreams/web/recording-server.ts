import http, { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { SignedRequest } from "./sigv4-verifier.ts";
import type { Identity } from "../../../support/identity.ts";

/** A server that keeps what it was sent. */
export interface RecordingServer {
  readonly url: string;
  readonly port: number;
  readonly received: SignedRequest[];
  close(): Promise<void>;
}

/** Reads each request whole, keeps it, and answers as `answer` says. */
export function recordingServer(
  answer: (request: SignedRequest, res: ServerResponse) => void,
  identity?: Identity,
): Promise<RecordingServer> {
  const received: SignedRequest[] = [];
  const onRequest = async (req: IncomingMessage, res: ServerResponse) => {
    const body = await buffer(req).catch(() => null);
    if (body === null) return;
    const request = { method: req.method!, target: req.url!, headers: req.rawHeaders, body };
    received.push(request);
    answer(request, res);
  };
  return serving((req, res) => void onRequest(req, res), received, identity);
}

/** The same for answers that do not wait for the request's end. */
export function streamingServer(onRequest: RequestListener): Promise<RecordingServer> {
  return serving(onRequest, []);
}

async function serving(
  onRequest: RequestListener,
  received: SignedRequest[],
  identity?: Identity,
): Promise<RecordingServer> {
  const server =
    identity === undefined ? http.createServer(onRequest) : https.createServer(identity, onRequest);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: identity === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
