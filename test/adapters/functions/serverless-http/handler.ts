import serverlessHttp from "serverless-http";
import { expressApp } from "../../apps/express-app.ts";

export const handler = serverlessHttp(expressApp(), { binary: true });
