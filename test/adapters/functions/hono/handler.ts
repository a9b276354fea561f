import { handle } from "hono/aws-lambda";
import { honoApp } from "../../apps/hono-app.ts";

export const handler = handle(honoApp(), { isContentTypeBinary: () => true });
