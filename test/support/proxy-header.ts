const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

/** A PROXY protocol header, version 2: command (0 local, 1 proxy), family and transport, and all that follows. */
export function proxyHeader(command: number, family: number, rest: Buffer, length = rest.length): Buffer {
  const start = Buffer.from([0x20 | command, family, length >> 8, length & 0xff]);
  return Buffer.concat([SIGNATURE, start, rest]);
}

/** The ends of a connection over IPv4, as bytes. */
export function ends4(from: string, fromPort: number, to = "10.0.0.9", toPort = 443): Buffer {
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(fromPort, 0);
  ports.writeUInt16BE(toPort, 2);
  const bytes = (address: string) => Buffer.from(address.split(".").map(Number));
  return Buffer.concat([bytes(from), bytes(to), ports]);
}

/** The same over IPv6; addresses as 32 hexadecimal digits. */
export function ends6(from: string, to: string, fromPort = 50_000, toPort = 443): Buffer {
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(fromPort, 0);
  ports.writeUInt16BE(toPort, 2);
  return Buffer.concat([Buffer.from(from, "hex"), Buffer.from(to, "hex"), ports]);
}

/** A type-length-value field behind the addresses. */
export function tlv(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value]);
}
