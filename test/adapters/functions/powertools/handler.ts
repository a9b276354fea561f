import type { Context } from "aws-lambda";
import { powertoolsApp } from "../../apps/powertools-app.ts";

const router = powertoolsApp();

export const handler = (event: unknown, context: Context): Promise<unknown> => router.resolve(event, context);
