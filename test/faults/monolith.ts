import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A monolith that keeps books. `node test/faults/monolith.ts` runs one in a process of its own, which sends its port. */
export interface Monolith {
  readonly port: number;
  readonly url: string;
  /** `x-id` of each write that it has done, in order. */
  readonly wrote: readonly string[];
  /** Requests to `/hang` that are open now, and those that were left by their client. */
  readonly hanging: () => number;
  readonly abandoned: () => number;
  readonly close: () => Promise<void>;
}

/** `/slow?ms=`, `/hang`, `/bytes?n=` (sized), `/chunks?n=` (chunked), `/json?deep=` or `?n=`; anything else is answered at once; prices have these cents. */
export async function startMonolith(cents = 25): Promise<Monolith> {
  const wrote: string[] = [];
  let [hanging, abandoned] = [0, 0];
  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    const { pathname, searchParams } = new URL(req.url ?? "/", "http://monolith");
    const n = Number(searchParams.get("n") ?? 0);
    res.setHeader("x-side", "legacy");
    for await (const _ of req);
    if (req.method !== "GET") wrote.push(String(req.headers["x-id"]));
    if (pathname === "/hang") {
      hanging += 1;
      return void res.once("close", () => {
        hanging -= 1;
        abandoned += 1;
      });
    }
    if (pathname === "/slow") await pause(Number(searchParams.get("ms")));
    if (pathname === "/bytes") return void res.end(Buffer.alloc(n, "x"));
    if (pathname === "/chunks") {
      for (let i = 0; i < n; i += 65_536) res.write(Buffer.alloc(65_536, "x"));
      return void res.end();
    }
    res.setHeader("content-type", "application/json");
    return void res.end(pathname === "/json" ? jsonOf(searchParams, cents) : '{"side":"legacy","ok":true}');
  };
  const server = createServer((req, res) => void serve(req, res).catch(() => res.destroy()));
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    wrote,
    hanging: () => hanging,
    abandoned: () => abandoned,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function jsonOf(asked: URLSearchParams, cents: number): string {
  const deep = Number(asked.get("deep") ?? 0);
  if (deep > 0) return `${"[".repeat(deep)}${cents}${"]".repeat(deep)}`;
  const bytes = Number(asked.get("n"));
  const item = (i: number) => `{"id":${i},"name":"item ${i}","price":${i}.${cents},"tags":["a","b"]}`;
  const items: string[] = [];
  for (let size = 0; size < bytes; size += items.at(-1)!.length + 1) items.push(item(items.length));
  return `[${items.join(",")}]`;
}

if (import.meta.main) process.send!((await startMonolith()).port);
