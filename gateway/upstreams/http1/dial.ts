import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Opens connections to one origin. */
export interface Dialer {
  /** `Host` for requests that name none. */
  readonly authority: string;
  /** Begins a connection; `onReady` runs once bytes of a request can leave, the TLS handshake included. */
  dial(onReady: () => void): Socket;
}

/** A dialer to an origin by http: or https:. */
export function dialer(origin: string): Dialer {
  const url = new URL(origin);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const options = { host, port, noDelay: true, keepAlive: true };
  if (!secure) return { authority: url.host, dial: (onReady) => connect(options, onReady) };

  /** The newest one makes the next handshake a short one. */
  let session: Buffer | undefined;
  return {
    authority: url.host,
    dial: (onReady) =>
      connectTls(
        {
          ...options,
          // An address is no server name (RFC 6066 §3); certificates are then checked against `host`.
          servername: isIP(host) === 0 ? host : "",
          ALPNProtocols: ["http/1.1"],
          ...(session && { session }),
        },
        onReady,
      ).on("session", (next: Buffer) => (session = next)),
  };
}
