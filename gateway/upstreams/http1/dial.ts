import { connect, isIP, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { READ_BYTES, readBuffer, unused } from "../../http/read-buffers.ts";

/** Who hears of a connection. */
export interface Dialled {
  /** Bytes of a request can leave now, the TLS handshake included. */
  onReady(): void;
  onData(bytes: Buffer): void;
}

/** Opens connections to one origin. */
export interface Dialer {
  /** `Host` for requests that name none. */
  readonly authority: string;
  /** Begins a connection. */
  dial(dialled: Dialled): Socket;
}

/** A dialer to an origin by http: or https:. */
export function dialer(origin: string): Dialer {
  const url = new URL(origin);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const options = { host, port, noDelay: true, keepAlive: true };
  if (!secure)
    return {
      authority: url.host,
      dial: (dialled) =>
        intoReadBuffers((onread) => connect({ ...options, onread }, () => dialled.onReady()), dialled),
    };

  /** The newest one makes the next handshake a short one. */
  let session: Buffer | undefined;
  return {
    authority: url.host,
    dial: (dialled) =>
      connectTls(
        {
          ...options,
          // An address is no server name (RFC 6066 §3); certificates are then checked against `host`.
          servername: isIP(host) === 0 ? host : "",
          ALPNProtocols: ["http/1.1"],
          ...(session && { session }),
        },
        () => dialled.onReady(),
      )
        .on("session", (next: Buffer) => (session = next))
        .on("data", (bytes: Buffer) => dialled.onData(bytes)),
  };
}

/** So few are copied, and whoever keeps what is larger holds no more than twice as much. */
const COPIED_BYTES = READ_BYTES / 2;

const NOTHING = Buffer.alloc(0);

/** Opens a connection, and reads what comes into buffers that are used again. */
function intoReadBuffers(open: (onread: OnReadOpts) => Socket, dialled: Dialled): Socket {
  let buffer: Buffer = NOTHING;
  const onread: OnReadOpts = {
    buffer: () => (buffer.length > 0 ? buffer : (buffer = readBuffer())),
    callback(length) {
      const bytes = buffer.subarray(0, length);
      if (length <= COPIED_BYTES) dialled.onData(Buffer.from(bytes));
      else {
        buffer = NOTHING;
        dialled.onData(bytes);
      }
      return true;
    },
  };
  return open(onread).once("close", () => {
    if (buffer.length > 0) unused(buffer);
    buffer = NOTHING;
  });
}
