import { BlockList, isIP } from "node:net";

/** Says whether a peer's forwarded fields are believed. */
export type Trust = (address: string) => boolean;

/** Trust in the listed addresses and CIDR ranges; entries were validated with the configuration. */
export function trustIn(ranges: readonly string[]): Trust {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** `::ffff:10.0.0.1` is 10.0.0.1 to everyone but a dual-stack socket; a zone (`%eth0`) names nothing off this machine. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "0.0.0.0";
  const unzoned = address.split("%", 1)[0]!;
  return unzoned.startsWith("::ffff:") && isIP(unzoned.slice(7)) === 4 ? unzoned.slice(7) : unzoned;
}
