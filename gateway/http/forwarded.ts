import { isIP } from "node:net";
import { allValues, firstValue, without, type HeaderList } from "./headers.ts";
import type { Client } from "./request.ts";
import { plainAddress, type Trust } from "./trust.ts";

/** The connection a request came in on. */
export interface Peer {
  readonly address: string;
  readonly encrypted: boolean;
  readonly port: number;
}

const FORWARDED = new Set([
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "forwarded",
]);

/** The same and what stands for them in places; a trusted proxy may have its reasons to send that. */
const FORGEABLE = new Set([...FORWARDED, "x-real-ip"]);

/**
 * Who the client is, and the forwarded fields to send on. A trusted peer's fields are believed and extended; anybody
 * else's are replaced, so nobody can write their own address into the monolith's logs or past its rules.
 */
export function forwarded(headers: HeaderList, host: string, peer: Peer, trust: Trust): [Client, string[]] {
  const trusted = trust(peer.address);
  const chain = trusted ? forwardedFor(headers) : [];
  const protocol = peer.encrypted ? "https" : "http";
  const client: Client = {
    viaTrustedProxy: trusted,
    address: clientAddress(chain, peer.address, trust),
    protocol: (trusted && protocolOf(firstValue(headers, "x-forwarded-proto"))) || protocol,
    port: (trusted && portOf(firstValue(headers, "x-forwarded-port"))) || peer.port,
  };
  const kept = without(headers, trusted ? FORWARDED : FORGEABLE);
  if (trusted) {
    for (const value of allValues(headers, "forwarded")) kept.push("Forwarded", value);
  }
  kept.push("X-Forwarded-For", [...chain, peer.address].join(", "));
  kept.push("X-Forwarded-Proto", client.protocol);
  kept.push("X-Forwarded-Host", (trusted && firstValue(headers, "x-forwarded-host")) || host);
  kept.push("X-Forwarded-Port", String(client.port));
  return [client, kept];
}

function forwardedFor(headers: HeaderList): string[] {
  return allValues(headers, "x-forwarded-for")
    .flatMap((value) => value.split(","))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** The nearest address that is not one of our own proxies; what stands left of it, anyone could have written. */
function clientAddress(chain: readonly string[], peer: string, trust: Trust): string {
  let nearest = peer;
  for (let i = chain.length - 1; i >= 0 && trust(nearest); i--) {
    const address = plainAddress(chain[i]);
    if (isIP(address) === 0) break;
    nearest = address;
  }
  return nearest;
}

function protocolOf(value: string | undefined): "http" | "https" | undefined {
  return value === "http" || value === "https" ? value : undefined;
}

function portOf(value: string | undefined): number | undefined {
  const port = Number(value);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
