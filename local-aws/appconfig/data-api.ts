import type { ServerResponse } from "node:http";
import { z } from "zod";
import { readBody, sendJson, type Service } from "../service.ts";
import { ServiceError } from "../service-error.ts";
import type { AppConfig } from "./appconfig.ts";
import { badRequest } from "./errors.ts";
import type { Polled } from "./sessions.ts";

const MAX_BODY_BYTES = 65_536;
const identifier = z.string().min(1).max(128);
const sessionRequest = z.object({
  ApplicationIdentifier: identifier,
  EnvironmentIdentifier: identifier,
  ConfigurationProfileIdentifier: identifier,
  RequiredMinimumPollIntervalInSeconds: z.int().optional(),
});

/** AppConfig's data plane: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_AWS_AppConfig_Data.html. */
export function dataApi({ sessions, pollFaults }: AppConfig): Service {
  return (method, url) => {
    if (method === "POST" && url.pathname === "/configurationsessions") {
      return async (req, res) => {
        const asked = sessionRequest.safeParse(parse(await readBody(req, MAX_BODY_BYTES)));
        if (!asked.success) throw badRequest(z.prettifyError(asked.error));
        const { ApplicationIdentifier, EnvironmentIdentifier, ConfigurationProfileIdentifier } = asked.data;
        const at = {
          application: ApplicationIdentifier,
          environment: EnvironmentIdentifier,
          profile: ConfigurationProfileIdentifier,
        };
        const token = sessions.start(at, asked.data.RequiredMinimumPollIntervalInSeconds);
        sendJson(res, 201, { InitialConfigurationToken: token });
      };
    }
    if (method === "GET" && url.pathname === "/configuration") {
      return (_, res) => {
        const fault = pollFaults.next();
        if (fault !== null && "status" in fault) {
          throw new ServiceError(fault.status, fault.type ?? "", fault.body);
        }
        const token = url.searchParams.get("configuration_token") ?? "";
        const polled = fault?.reset === "before" ? null : sessions.poll(token);
        if (polled === null || fault?.reset === "after") res.destroy();
        else send(res, polled);
      };
    }
    return undefined;
  };
}

function send(res: ServerResponse, { nextToken, intervalS, configuration, changed }: Polled): void {
  const { served, contentType, versionLabel } = configuration;
  const body = changed ? served : Buffer.alloc(0);
  res.writeHead(200, {
    "content-type": contentType,
    "content-length": body.length,
    "next-poll-configuration-token": nextToken,
    "next-poll-interval-in-seconds": intervalS,
    ...(versionLabel !== null && { "version-label": versionLabel }),
  });
  res.end(body);
}

function parse(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString() ?? "");
  } catch {
    throw badRequest("the body is no JSON");
  }
}
