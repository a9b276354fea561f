import { expect, it } from "vitest";
import type { Invoker } from "../../../../gateway/upstreams/lambda/invoker.ts";
import { lateInvoker } from "../../../../gateway/upstreams/lambda/late-invoker.ts";

const settings = { client: "lean", region: "eu-central-1", endpoint: null } as const;
const call = { functionName: "late", qualifier: "live", payload: Buffer.from("{}") };
const answer = { functionError: undefined, executedVersion: "1", payload: Buffer.from("{}") };

it("tells who calls that a call was given up while it still loaded", async () => {
  const loading = Promise.withResolvers<Invoker>();
  const invoker = lateInvoker(settings, () => loading.promise);
  const { signal } = new AbortController();
  await expect(invoker.invoke(call, { timeoutMs: 5, signal })).rejects.toMatchObject({ kind: "timeout" });
  const given: boolean[] = [];
  loading.resolve({
    invoke: async (_call, limits) => {
      given.push(limits.signal.aborted);
      return answer;
    },
    invokeStreamed: () => Promise.reject(new Error("nobody streams here")),
    close: () => undefined,
  });
  await invoker.invoke(call, { timeoutMs: 20_000, signal });
  expect(given).toEqual([true, false]);
});
