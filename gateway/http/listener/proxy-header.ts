import { SocketAddress } from "node:net";

/** One end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Who a connection is from, and where it was made to, by the word of a load balancer. */
export interface Proxied {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** The fixed part: signature, version and command, family and transport, length of the rest. */
export const HEADER_START_BYTES = 16;

/** What a load balancer may add in TLVs is bounded; the protocol itself would allow 64 KB. */
const LONGEST_REST_BYTES = 8 * 1024;

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

const LOCAL = 0x20;
const PROXY = 0x21;

/** Family and transport → bytes of its addresses. Datagrams do not come over connections. */
const ADDRESS_BYTES = new Map([
  [0x00, 0],
  [0x11, 2 * (4 + 2)],
  [0x21, 2 * (16 + 2)],
  [0x31, 2 * 108],
]);

/** What a header's first `HEADER_START_BYTES` announce, or why they are none: a stable word. */
export type HeaderStart =
  | { readonly command: number; readonly family: number; readonly restBytes: number }
  | { readonly refused: "signature" | "version" | "family" | "length" };

/**
 * PROXY protocol version 2, and nothing else (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, section 2.2):
 * version 1 is text that has to be searched for its end. Unexpected values are refused, as the protocol asks.
 */
export function headerStart(bytes: Buffer): HeaderStart {
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return { refused: "signature" };
  const command = bytes[12]!;
  const family = bytes[13]!;
  const restBytes = bytes.readUInt16BE(14);
  if (command !== LOCAL && command !== PROXY) return { refused: "version" };
  // The balancer speaks for itself, as in health checks: what else is in the header has no meaning.
  const addressBytes = command === LOCAL ? 0 : ADDRESS_BYTES.get(family);
  if (addressBytes === undefined) return { refused: "family" };
  if (restBytes < addressBytes || restBytes > LONGEST_REST_BYTES) return { refused: "length" };
  return { command, family, restBytes };
}

/** Who is behind the rest of a header; null when it names nobody by an IP address, and the connection's own ends count. */
export function proxiedIn(
  { command, family }: Extract<HeaderStart, { command: number }>,
  rest: Buffer,
): Proxied | null {
  if (command === LOCAL) return null;
  if (family === 0x11) {
    const address = (at: number) => rest.subarray(at, at + 4).join(".");
    return {
      from: { address: address(0), port: rest.readUInt16BE(8) },
      to: { address: address(4), port: rest.readUInt16BE(10) },
    };
  }
  if (family === 0x21) {
    return {
      from: { address: ipv6(rest.subarray(0, 16)), port: rest.readUInt16BE(32) },
      to: { address: ipv6(rest.subarray(16, 32)), port: rest.readUInt16BE(34) },
    };
  }
  return null;
}

/** In its one canonical spelling, as sockets have it. */
function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}
