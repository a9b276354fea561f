import { z } from "zod";
import { readBody, type Service } from "../service.ts";
import { ServiceError } from "../service-error.ts";
import type { AppConfig } from "./appconfig.ts";
import { PASSING_STATES } from "./deployment.ts";
import { callFaultSchema, pollFaultSchema } from "./faults.ts";

const deploymentSchema = z.strictObject({
  content: z.string(),
  contentType: z.string().default("application/json"),
  versionLabel: z.string().nullable().default(null),
});

const pollDisturbance = {
  /** How the next polls fail. */
  fail: pollFaultSchema.optional(),
  /** Makes every token of now count as older than 24 hours. */
  expireTokens: z.boolean().optional(),
};
const deploymentDisturbance = {
  /** How the next calls of the control plane fail. */
  failCall: callFaultSchema.optional(),
  /** The state that no deployment leaves until this is null. */
  hold: z.enum(PASSING_STATES).nullable().optional(),
  /** Lists stored versions the other way round: AWS promises no order. */
  oldestFirst: z.boolean().optional(),
  /** Makes an alarm go off, which rolls back what is in progress. */
  alarm: z.boolean().optional(),
};
const disturbanceSchema = z.strictObject({ ...pollDisturbance, ...deploymentDisturbance });
type Disturbance = z.input<typeof disturbanceSchema>;

/** What may go wrong with polls. */
export type PollDisturbance = Pick<Disturbance, keyof typeof pollDisturbance>;

/** What may go wrong with changes. */
export type DeploymentDisturbance = Pick<Disturbance, keyof typeof deploymentDisturbance>;

/** More than the 1 MB that AppConfig takes, as JSON in JSON grows. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const DEPLOYMENT = /^\/local\/appconfig\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** Does one disturbance; throws a ServiceError that says what is wrong with it. */
export function disturb(appConfig: AppConfig, wanted: unknown): void {
  const { fail, expireTokens, failCall, oldestFirst, hold, alarm } = read(disturbanceSchema, wanted);
  if (fail) appConfig.pollFaults.order(fail);
  if (expireTokens) appConfig.sessions.expireTokens();
  if (failCall) appConfig.callFaults.order(failCall);
  if (oldestFirst !== undefined) appConfig.configurations.listsOldestFirst = oldestFirst;
  // First, so that what is let go on goes back.
  if (alarm) appConfig.configurations.alarm();
  if (hold !== undefined) appConfig.pace.held = hold;
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
      const { content, ...more } = read(deploymentSchema, parse(await readBody(req, MAX_BODY_BYTES)));
      const at = { application, environment, profile };
      appConfig.configurations.deploy(at, { ...more, content: Buffer.from(content), description: null });
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
