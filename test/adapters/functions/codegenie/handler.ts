import { configure } from "@codegenie/serverless-express";
import { expressApp } from "../../apps/express-app.ts";

export const handler = configure<object, unknown>({
  app: expressApp(),
  binarySettings: { isBinary: () => true },
});
