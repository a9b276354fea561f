import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What the way to a service does. Bytes are counted on each connection, of what comes back from the service, from the order on. */
export type Fault =
  | { readonly kind: "none" }
  /** Nobody listens; connections that are there are reset. */
  | { readonly kind: "refuse" }
  /** Connections are taken, and nothing passes in either direction. */
  | { readonly kind: "black-hole" }
  /** Each piece that comes back is this much later. */
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "throttle"; readonly bytesPerSecond: number }
  | { readonly kind: "reset"; readonly afterBytes: number }
  /** The service says that it has no more to send, in the middle. */
  | { readonly kind: "half-close"; readonly afterBytes: number }
  /** The byte at that place, and all behind it, come with their bits turned. */
  | { readonly kind: "corrupt"; readonly afterBytes: number };

export interface FaultProxy {
  readonly port: number;
  readonly url: string;
  /** Counts from now on for all connections, old and new. */
  readonly order: (fault: Fault) => Promise<void>;
  /** Connections open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

interface Way {
  readonly client: Socket;
  readonly service: Socket;
  /** Bytes that came back since the fault was ordered. */
  passed: number;
}

/** A TCP proxy to a port of this machine, which does as it is told. */
export async function faultProxy(targetPort: number): Promise<FaultProxy> {
  let fault: Fault = { kind: "none" };
  const ways = new Set<Way>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const service = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const way: Way = { client, service, passed: 0 };
    ways.add(way);
    const end = () => {
      ways.delete(way);
      client.destroy();
      service.destroy();
    };
    for (const socket of [client, service]) socket.on("error", end).on("close", end).setNoDelay();
    client.on("data", (bytes) => fault.kind !== "black-hole" && service.write(bytes));
    client.on("end", () => service.end());
    service.on("data", (bytes) => comeBack(way, bytes, fault));
    service.on("end", () => fault.kind !== "black-hole" && client.end());
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const stopListening = () => server.listening && new Promise((resolve) => server.close(resolve));
  const resetAll = () => ways.forEach(({ client }) => client.resetAndDestroy());
  const port = await listen(0);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    open: () => ways.size,
    async order(next) {
      fault = next;
      for (const way of ways) way.passed = 0;
      if (next.kind === "refuse") {
        resetAll();
        await stopListening();
      } else if (!server.listening) await listen(port);
    },
    async close() {
      resetAll();
      await stopListening();
    },
  };
}

function comeBack(way: Way, bytes: Buffer, fault: Fault): void {
  const { client, service } = way;
  switch (fault.kind) {
    case "refuse":
    case "black-hole":
      return;
    case "none":
      return void client.write(bytes);
    case "delay":
      return void setTimeout(() => client.write(bytes), fault.ms);
    case "throttle": {
      service.pause();
      client.write(bytes);
      return void setTimeout(() => service.resume(), (bytes.length / fault.bytesPerSecond) * 1_000);
    }
    case "reset":
    case "half-close":
    case "corrupt": {
      const before = Math.max(0, fault.afterBytes - way.passed);
      way.passed += bytes.length;
      if (bytes.length <= before) return void client.write(bytes);
      const good = bytes.subarray(0, before);
      if (fault.kind === "corrupt") {
        return void client.write(Buffer.concat([good, bytes.subarray(before).map((byte) => ~byte)]));
      }
      service.pause();
      // What a reset overtakes is never read: the bytes before it are given the time to be.
      if (fault.kind === "half-close") return void client.end(good);
      return void client.write(good, () => setTimeout(() => client.resetAndDestroy(), 20));
    }
    default:
      return fault satisfies never;
  }
}
