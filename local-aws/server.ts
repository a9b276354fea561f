import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { resolve } from "node:path";
import { appConfig } from "./appconfig/appconfig.ts";
import {
  controlApi as appConfigControlApi,
  disturb,
  type DeploymentDisturbance,
  type PollDisturbance,
} from "./appconfig/control-api.ts";
import { controlPlane } from "./appconfig/control-plane.ts";
import { dataApi } from "./appconfig/data-api.ts";
import { Concurrency } from "./lambda/concurrency.ts";
import {
  change,
  controlApi,
  invocations,
  type Change,
  type InvocationsByFunction,
} from "./lambda/control-api.ts";
import { Functions } from "./lambda/functions.ts";
import { invokeApi } from "./lambda/invoke-api.ts";
import { listen } from "./listen.ts";
import { sendJson, type Service } from "./service.ts";
import { ServiceError } from "./service-error.ts";

export interface LocalAwsSettings {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where to listen; 127.0.0.1 unless told. */
  readonly host?: string;
  /** Folder of folders with a function.json each. */
  readonly functionsDir: string;
  /** Given to every function; its own environment wins. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Keeps what functions print off this process's output. */
  readonly quiet?: boolean;
  /** Milliseconds after which an unused process is ended; five minutes unless told. */
  readonly idleMs?: number;
  /** How many invocations may run at a time in all functions together; 100 unless told. */
  readonly concurrency?: number;
  readonly region?: string;
  /** The shortest poll interval that AppConfig grants, in whole seconds; 15 as at AWS unless told. */
  readonly appConfigPollS?: number;
  /** How long a minute of AppConfig's deployments lasts, in milliseconds; nothing unless told, so that each is complete at once. */
  readonly appConfigMinuteMs?: number;
}

/** The services, listening. */
export interface LocalAws {
  /** What an SDK client takes as its `endpoint`. */
  readonly url: string;
  readonly port: number;
  /** Changes one function while it runs; rejects with what is wrong with the change. */
  change(functionName: string, change: Change): Promise<void>;
  /** What one function has run, or what each has. */
  invocations(functionName?: string): InvocationsByFunction;
  /** The newest part of a function's log. */
  logs(functionName: string): string;
  /** Deploys a configuration through AppConfig, JSON unless told; it is complete at once. */
  configure(
    application: string,
    environment: string,
    profile: string,
    content: string,
    versionLabel?: string | null,
    contentType?: string,
  ): void;
  /** Makes AppConfig's polls go wrong; throws what is wrong with the disturbance. */
  disturbPolls(disturbance: PollDisturbance): void;
  /** Makes AppConfig's changes go wrong; throws what is wrong with the disturbance. */
  disturbDeployments(disturbance: DeploymentDisturbance): void;
  /** Stops listening, and ends every process. */
  close(): Promise<void>;
}

/** Starts AWS, laptop size. Rejects with a DefinitionError, or with what listening failed with. */
export async function startLocalAws(settings: LocalAwsSettings): Promise<LocalAws> {
  const host = settings.host ?? "127.0.0.1";
  const functions = new Functions(resolve(settings.functionsDir), {
    region: settings.region ?? "eu-central-1",
    accountId: "000000000000",
    environment: settings.environment ?? {},
    idleMs: settings.idleMs ?? 300_000,
    concurrency: new Concurrency(settings.concurrency ?? 100),
    onLine: (name, line) => {
      if (!settings.quiet) console.log(`[${name}] ${line}`);
    },
  });
  const configs = appConfig(settings.appConfigPollS ?? 15, settings.appConfigMinuteMs ?? 0);
  const services = [invokeApi(functions), dataApi(configs), controlPlane(configs)];
  const controls = [controlApi(functions), appConfigControlApi(configs)];
  const server = createServer(listener(services, controls));
  // Longer than any client keeps a connection, so that none is closed under a request.
  server.keepAliveTimeout = 65_000;
  const port = await listen(server, settings.port, host);
  return {
    url: `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`,
    port,
    change: (name, wanted) => change(functions, name, wanted),
    invocations: (name) => invocations(functions, name),
    logs: (name) => functions.get(name).log.tail().toString(),
    configure: (
      application,
      environment,
      profile,
      content,
      versionLabel = null,
      contentType = "application/json",
    ) => {
      const at = { application, environment, profile };
      const version = { content: Buffer.from(content), contentType, versionLabel, description: null };
      configs.configurations.deploy(at, version);
    },
    disturbPolls: (disturbance) => disturb(configs, disturbance),
    disturbDeployments: (disturbance) => disturb(configs, disturbance),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, functions.end()]);
    },
  };
}

function listener(services: readonly Service[], controls: readonly Service[]) {
  return (req: IncomingMessage, res: ServerResponse): void => {
    res.setHeader("x-amzn-requestid", randomUUID());
    answer(services, controls, req, res).catch((error: unknown) => refuse(res, error));
  };
}

async function answer(
  services: readonly Service[],
  controls: readonly Service[],
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? "/", "http://local");
  const method = req.method ?? "GET";
  if (url.pathname === "/health") return sendJson(res, 200, { status: "ok" });
  const local = url.pathname.startsWith("/local/");
  if (local) requireLoopback(req);
  // Any signature will do, but an unsigned request is what AWS turns away first.
  else if (req.headers.authorization === undefined) throw missingToken();
  for (const service of local ? controls : services) {
    const handler = service(method, url);
    if (handler !== undefined) return handler(req, res);
  }
  throw new ServiceError(404, "UnknownOperationException", {
    Message: `There is no ${method} ${url.pathname}.`,
  });
}

function refuse(res: ServerResponse, error: unknown): void {
  if (res.headersSent || res.destroyed) return void res.destroy();
  if (!(error instanceof ServiceError)) console.error(error);
  const { status, type, body } = error instanceof ServiceError ? error : ownFailure();
  if (type !== "") res.setHeader("x-amzn-errortype", type);
  sendJson(res, status, body);
}

const ownFailure = () =>
  new ServiceError(500, "ServiceException", { Type: "Service", Message: "local-aws failed; see its log." });

const missingToken = () =>
  new ServiceError(403, "MissingAuthenticationTokenException", { message: "Missing Authentication Token" });

/** Keeps other machines out, and the pages of other sites in this machine's browser: those name their Origin. */
function requireLoopback(req: IncomingMessage): void {
  const hostname = (req.headers.host ?? "").replace(/:\d+$/, "");
  const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  if (loopback && req.headers.origin === undefined) return;
  throw new ServiceError(403, "AccessDeniedException", {
    Message:
      "/local/ answers only requests to 127.0.0.1, localhost or [::1], and none from a browser's page.",
  });
}
