import type { Invoker } from "./invoker.ts";
import type { AwsSettings } from "./sdk-invoker.ts";

/** Calls functions through the AWS SDK, which is loaded at once and in the background: only who has functions there needs it. */
export function lateInvoker(settings: AwsSettings): Invoker {
  const loading = load(settings);
  // Whoever calls is told.
  loading.catch(() => undefined);
  return {
    invoke: async (call, signal) => (await loading).invoke(call, signal),
    invokeStreamed: async (call, signal) => (await loading).invokeStreamed(call, signal),
    close: () => void loading.then((invoker) => invoker.close()).catch(() => undefined),
  };
}

async function load(settings: AwsSettings): Promise<Invoker> {
  const { sdkInvoker } = await import("./sdk-invoker.ts");
  return sdkInvoker(settings);
}
