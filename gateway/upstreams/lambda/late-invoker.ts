import { within } from "../within.ts";
import type { AwsSettings, Invoker } from "./invoker.ts";

export interface InvokerSettings extends AwsSettings {
  /** Which client calls: our own over node:net, or the AWS SDK's. */
  readonly client: "lean" | "sdk";
}

/** Calls functions. What does so is loaded at once and in the background: only who has functions there needs the AWS SDK. */
export function lateInvoker(
  settings: InvokerSettings,
  load: (settings: InvokerSettings) => Promise<Invoker> = chosen,
): Invoker {
  const loading = load(settings);
  let loaded: Invoker | undefined;
  // Whoever calls is told.
  loading.then((invoker) => (loaded = invoker)).catch(() => undefined);
  return {
    invoke: (call, limits) =>
      loaded?.invoke(call, limits) ??
      within(limits.timeoutMs, limits.signal, async ({ signal }) =>
        (await loading).invoke(call, { ...limits, signal }),
      ),
    invokeStreamed: async (call, signal) => (await loading).invokeStreamed(call, signal),
    close: () => void loading.then((invoker) => invoker.close()).catch(() => undefined),
  };
}

async function chosen({ client, ...settings }: InvokerSettings): Promise<Invoker> {
  if (client === "lean") return (await import("./lean-invoker.ts")).leanInvoker(settings);
  return (await import("./sdk-invoker.ts")).sdkInvoker(settings);
}
