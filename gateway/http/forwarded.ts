import { isIP } from "node:net";
import type { NotedFields } from "./noted-fields.ts";
import type { Peer } from "./peer.ts";
import type { Client } from "./request.ts";
import { plainAddress, type Trust } from "./trust.ts";

/**
 * Who the client is, and the forwarded fields to send on. A trusted peer's fields are believed and extended; anybody
 * else's are replaced, so nobody can write their own address into the monolith's logs or past its rules.
 */
export function forwarded(noted: NotedFields, host: string, peer: Peer, trust: Trust): [Client, string[]] {
  const protocol = peer.encrypted ? "https" : "http";
  if (!trust(peer.address)) {
    const { address, port } = peer;
    const client: Client = { viaTrustedProxy: false, address, protocol, port };
    return [client, fieldsFor(client, address, host)];
  }
  const chain = forwardedFor(noted);
  const client: Client = {
    viaTrustedProxy: true,
    address: clientAddress(chain, peer.address, trust),
    protocol: protocolOf(noted.forwardedProto) ?? protocol,
    port: portOf(noted.forwardedPort) ?? peer.port,
  };
  const kept = (noted.forwarded ?? []).flatMap((value) => ["Forwarded", value]);
  const path = [...chain, peer.address].join(", ");
  return [client, [...kept, ...fieldsFor(client, path, noted.forwardedHost || host)]];
}

/** `path`: the client's address and those of the proxies on its way. */
function fieldsFor({ protocol, port }: Client, path: string, host: string): string[] {
  return [
    "X-Forwarded-For",
    path,
    "X-Forwarded-Proto",
    protocol,
    "X-Forwarded-Host",
    host,
    "X-Forwarded-Port",
    String(port),
  ];
}

function forwardedFor({ forwardedFor = [] }: NotedFields): string[] {
  return forwardedFor
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
