import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { lateInvoker } from "../../../../gateway/upstreams/lambda/late-invoker.ts";
import { rawServer } from "../../../support/raw-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const call = { functionName: "late", qualifier: "live", payload: Buffer.from("{}") };

it.each(["lean", "sdk"] as const)(
  "calls nobody once it was given up while it still loaded (%s)",
  async (client) => {
    let asked = 0;
    const lambda = await rawServer((socket) => {
      asked += 1;
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    });
    cleanups.push(() => lambda.close());
    const invoker = lateInvoker({ client, region: "eu-central-1", endpoint: lambda.url });
    cleanups.push(() => invoker.close());
    const { signal } = new AbortController();
    await expect(invoker.invoke(call, { timeoutMs: 0, signal })).rejects.toMatchObject({ kind: "timeout" });
    // Loaded by now: this one is heard.
    await invoker.invoke(call, { timeoutMs: 20_000, signal });
    await pause(100);
    expect(asked).toBe(1);
  },
);
