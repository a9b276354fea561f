import { join } from "node:path";
import { PAYLOADS, type Payload } from "../../gateway/routes/function-target.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { ADAPTERS, handlerOf, type Adapter } from "./adapters.ts";
import { ask, type Answer } from "./answers.ts";
import { askDirectly } from "./documented-answers.ts";
import { NATIVE, type NativeServer } from "./native-servers.ts";
import type { TestRequest } from "./request.ts";
import { REDUCED_REQUESTS, REQUESTS } from "./requests.ts";

/** One request, answered three times. */
export interface Compared {
  readonly request: TestRequest;
  /** By the app itself. */
  readonly native: Answer;
  /** By the app in a function, behind the gateway. */
  readonly gateway: Answer;
  /** By the function's handler, given the event that AWS documents; null when it throws. */
  readonly direct: Answer | null;
}

/** What an adapter is asked in one of the formats. */
export const requestsFor = (format: Payload) => (format === "2.0" ? REQUESTS : REDUCED_REQUESTS);

/** Gateway, functions and the native apps; each adapter has a host of its own for each format. */
export async function startComparison() {
  await using parts = new AsyncDisposableStack();
  const routes = ADAPTERS.flatMap((adapter) => PAYLOADS.map((format) => routeOf(adapter, format)));
  const stack = await startStack(routes.join("\n"), "", join(import.meta.dirname, "functions"));
  parts.defer(() => stack.close());
  const natives: Record<string, NativeServer> = {};
  for (const [name, start] of Object.entries(NATIVE)) {
    const server = await start();
    parts.defer(() => server.close());
    natives[name] = server;
  }
  const owned = parts.move();
  return {
    compare: (adapter: Adapter, format: Payload) =>
      compared(stack, natives[adapter.native]!.port, adapter, format),
    close: () => owned.disposeAsync(),
  };
}

async function compared(stack: Stack, nativePort: number, adapter: Adapter, format: Payload) {
  const handler = await handlerOf(adapter.functionFor(format));
  const host = hostOf(adapter, format);
  const all: Compared[] = [];
  for (const request of requestsFor(format)) {
    const [native, gateway, direct] = await Promise.all([
      ask(nativePort, request, host),
      ask(stack.port, request, host),
      askDirectly(handler, request, host, format),
    ]);
    all.push({ request, native, gateway, direct });
  }
  return all;
}

function hostOf({ name }: Adapter, format: Payload): string {
  return `${name}.v${format.replace(".", "-")}.example`;
}

/** Retired: no answer of the monolith may stand in for a function's. */
function routeOf(adapter: Adapter, format: Payload): string {
  const host = hostOf(adapter, format);
  // As of a REST API whose binaryMediaTypes are */*, which is its binary mode.
  const more = format === "1.0" ? ', binaryTypes: ["*/*"]' : "";
  return `  ${host.replaceAll(".", "-")}:
    match: { host: ${host}, path: "/{rest*}" }
    function: { lambda: ${adapter.functionFor(format)}, payload: "${format}"${more} }
    stage: retired
    breaker: { minimumCalls: 1000 }`;
}
