import { once } from "node:events";
import type { Server } from "node:http";

/** Listens, and says on which port; rejects when it may not. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`${host}:${port} is no TCP address`);
  return address.port;
}
