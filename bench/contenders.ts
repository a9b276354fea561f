import {
  CORES,
  GATEWAY_FLAGS,
  freePort,
  isInstalled,
  nodePart,
  programPart,
  type Part,
} from "./processes.ts";
import { caddy, haproxy, nginx, type Server } from "./peers/servers.ts";

/** What is measured: a way from the clients to the monolith. */
export interface Contender {
  readonly name: string;
  /** False where it is not installed. */
  readonly available: boolean;
  start(legacyPort: number, folder: string): Promise<Part>;
}

const GATEWAY = "peers/gateway.ts";

/** Our own first: the others are told in relation to it. */
export const CONTENDERS: readonly Contender[] = [
  ofNode("gateway", GATEWAY, "lean"),
  ofNode("gateway-node-client", GATEWAY, "node"),
  {
    name: "gateway-2-workers",
    available: true,
    start: (legacyPort, folder) =>
      nodePart(CORES.all, GATEWAY, [`http://127.0.0.1:${legacyPort}`, folder, "lean", "2"], {
        flags: GATEWAY_FLAGS,
      }),
  },
  ofNode("bare", "peers/bare.ts"),
  ofNode("express", "peers/express.ts"),
  ofNode("fastify", "peers/fastify.ts"),
  ofNode("fast-gateway", "peers/fast-gateway.ts"),
  ofServer("nginx", nginx),
  ofServer("haproxy", haproxy),
  ofServer("caddy", caddy),
];

function ofNode(name: string, file: string, ...more: string[]): Contender {
  return {
    name,
    available: true,
    start: (legacyPort, folder) =>
      nodePart(CORES.proxy, file, [`http://127.0.0.1:${legacyPort}`, folder, ...more], {
        flags: file === GATEWAY ? GATEWAY_FLAGS : [],
      }),
  };
}

function ofServer(
  name: string,
  server: (port: number, legacyPort: number, folder: string) => Server,
): Contender {
  return {
    name,
    available: isInstalled(name),
    async start(legacyPort, folder) {
      const port = await freePort();
      return programPart(CORES.proxy, port, server(port, legacyPort, folder));
    },
  };
}
