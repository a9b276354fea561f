import type { IncomingMessage, ServerResponse } from "node:http";

/** Answers one request, or throws the ServiceError to answer with. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void> | void;

/** One AWS service, or one control plane: says which requests are its own. */
export type Service = (method: string, url: URL) => Handler | undefined;

/** Writes one JSON answer. */
export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  res.end(text);
}

/** The body, or undefined when it is longer than the limit; read to its end either way, so the client hears the answer. */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > limitBytes ? undefined : Buffer.concat(chunks);
}
