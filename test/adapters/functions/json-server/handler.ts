import { configure } from "@codegenie/serverless-express";
import { jsonServerApp } from "../../apps/json-server-app.ts";

export const handler = configure<object, unknown>({
  app: jsonServerApp(),
  binarySettings: { isBinary: () => true },
});
