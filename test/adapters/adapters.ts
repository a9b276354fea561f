import type { Payload } from "../../gateway/routes/function-target.ts";
import type { Handler } from "./documented-answers.ts";
import type { NATIVE } from "./native-servers.ts";

export type AdapterName = "serverless-http" | "codegenie" | "fastify" | "hono" | "powertools";

/** A library that runs an app of some framework in a function. */
export interface Adapter {
  readonly name: AdapterName;
  /** Where the same app runs without it. */
  readonly native: keyof typeof NATIVE;
  /** Folder of functions/, where one format needs another setting than the rest. */
  readonly functionFor: (format: Payload) => string;
}

export const ADAPTERS: readonly Adapter[] = [
  { name: "serverless-http", native: "express", functionFor: () => "serverless-http" },
  { name: "codegenie", native: "express", functionFor: () => "codegenie" },
  {
    name: "fastify",
    native: "fastify",
    functionFor: (format) => (format === "alb-multi-value" ? "fastify-alb-multi-value" : "fastify"),
  },
  { name: "hono", native: "hono", functionFor: () => "hono" },
  // Has no server of its own: the same handlers, written against Request and Response, run natively behind Hono.
  { name: "powertools", native: "hono", functionFor: () => "powertools" },
];

/** The handler of one of functions/, in this process. */
export async function handlerOf(functionName: string): Promise<Handler> {
  const module = (await import(`./functions/${functionName}/handler.ts`)) as { handler: Handler };
  return module.handler;
}
