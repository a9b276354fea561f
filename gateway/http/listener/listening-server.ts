import http, { type RequestListener, type Server, type ServerOptions } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Clock } from "../../clock.ts";
import type { ListenerConfig } from "../../config/listener-schema.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { ProxyProtocolSettings } from "./behind-proxy.ts";
import { certificates, type Certificates } from "./certificates.ts";

/** How a listener takes connections. */
export interface ListenerParts extends Disposable {
  /** Null for plain HTTP. */
  readonly certificates: Certificates | null;
  problems(): readonly string[];
  /** Null when clients connect directly, or through what ends their connections. */
  readonly proxyProtocol: ProxyProtocolSettings | null;
}

export const PLAIN: ListenerParts = {
  certificates: null,
  problems: () => [],
  proxyProtocol: null,
  [Symbol.dispose]: () => undefined,
};

/** What a listener's configuration comes to. Rejects with a CertificateError when it cannot be used. */
export async function listenerParts(
  { tls, proxyProtocol }: ListenerConfig,
  tools: { readonly telemetry: Telemetry; readonly clock: Clock },
): Promise<ListenerParts> {
  const own = tls === undefined ? null : await certificates(tls, tools);
  return {
    certificates: own,
    problems: () => own?.problems() ?? [],
    proxyProtocol: proxyProtocol ?? null,
    [Symbol.dispose]: () => own?.[Symbol.dispose](),
  };
}

/** A server of node:http or node:https that does not listen yet. Failed handshakes are told, and end nothing else. */
export function listeningServer(
  options: ServerOptions,
  { certificates: own }: Pick<ListenerParts, "certificates">,
  telemetry: Pick<Telemetry, "connectionRefused">,
  onRequest: RequestListener,
): Server {
  return own === null ? http.createServer(options, onRequest) : withTls(options, own, telemetry, onRequest);
}

function withTls(
  options: ServerOptions,
  own: Certificates,
  telemetry: Pick<Telemetry, "connectionRefused">,
  onRequest: RequestListener,
): Server {
  const server = https.createServer({ ...options, ...own.options }, onRequest);
  own.serve(server);
  // node:https would have it answered like a malformed request, in plain text.
  server.removeAllListeners("tlsClientError");
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    telemetry.connectionRefused({ reason: "tls-handshake", detail: error.code ?? error.name });
    socket.destroy();
  });
  return server;
}
