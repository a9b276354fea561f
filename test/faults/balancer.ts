import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { GatewayProcess } from "./gateway-process.ts";

/** What stands in front of a fleet: new connections go, in turn, to gateways that say they are ready. */
export interface Balancer {
  readonly port: number;
  /** Adds one, which gets connections once it is ready. */
  readonly add: (gateway: GatewayProcess) => Promise<void>;
  readonly close: () => Promise<void>;
}

const CHECK_EVERY_MS = 50;

export async function balancer(): Promise<Balancer> {
  const known = new Set<GatewayProcess>();
  let ready: GatewayProcess[] = [];
  let turn = 0;
  const check = async () => {
    const all = await Promise.all(
      [...known].map(async (gateway) => ((await gateway.readiness())?.ready ? [gateway] : [])),
    );
    ready = all.flat();
  };
  const server = createServer((client) => {
    const chosen = ready[turn++ % ready.length];
    if (chosen === undefined) client.destroy();
    else join(client, chosen.port);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const checking = new AbortController();
  const checked = (async () => {
    while (!checking.signal.aborted) {
      await check();
      await pause(CHECK_EVERY_MS);
    }
  })();
  return {
    port: (server.address() as AddressInfo).port,
    async add(gateway) {
      known.add(gateway);
      await check();
    },
    async close() {
      checking.abort();
      await checked;
      server.close();
    },
  };
}

function join(client: Socket, port: number): void {
  const to = connect(port, "127.0.0.1");
  for (const socket of [client, to]) socket.setNoDelay().on("error", () => socket.destroy());
  client.pipe(to).pipe(client);
}
