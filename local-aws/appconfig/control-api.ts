import { z } from "zod";
import { readBody, type Service } from "../service.ts";
import { ServiceError } from "../service-error.ts";
import type { AppConfig } from "./appconfig.ts";
import { faultSchema } from "./faults.ts";

const deploymentSchema = z.strictObject({
  content: z.string(),
  contentType: z.string().default("application/json"),
  versionLabel: z.string().nullable().default(null),
});

const disturbanceSchema = z.strictObject({
  /** How the next polls fail. */
  fail: faultSchema.optional(),
  /** Makes every token of now count as older than 24 hours. */
  expireTokens: z.boolean().optional(),
});

/** What may go wrong with polls. */
export type Disturbance = z.input<typeof disturbanceSchema>;

/** AppConfig takes 1 MB. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const DEPLOYMENT = /^\/local\/appconfig\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** Does one disturbance; throws a ServiceError that says what is wrong with it. */
export function disturb({ sessions, faults }: AppConfig, wanted: unknown): void {
  const { fail, expireTokens } = read(disturbanceSchema, wanted);
  if (fail) faults.order(fail);
  if (expireTokens) sessions.expireTokens();
}

/**
 * The laptop's own control plane, for tests and demos: `PUT /local/appconfig/{application}/{environment}/{profile}`
 * deploys, `POST /local/appconfig` disturbs.
 */
export function controlApi(appConfig: AppConfig): Service {
  return (method, url) => {
    if (method === "POST" && url.pathname === "/local/appconfig") {
      return async (req, res) => {
        disturb(appConfig, parse(await readBody(req, MAX_BODY_BYTES)));
        res.writeHead(204).end();
      };
    }
    const [, application, environment, profile] = (DEPLOYMENT.exec(url.pathname) ?? []).map(decoded);
    if (method !== "PUT" || !application || !environment || !profile) return undefined;
    return async (req, res) => {
      const configuration = read(deploymentSchema, parse(await readBody(req, MAX_BODY_BYTES)));
      appConfig.configurations.deploy({ application, environment, profile }, configuration);
      res.writeHead(204).end();
    };
  };
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badChange(z.prettifyError(result.error));
}

function parse(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString() ?? "");
  } catch {
    throw badChange('send JSON, as in {"content": "{\\"version\\": 1}"}');
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badChange(`${segment} is not percent-encoded UTF-8`);
  }
}

function badChange(message: string): ServiceError {
  return new ServiceError(400, "BadChange", { Message: message });
}
