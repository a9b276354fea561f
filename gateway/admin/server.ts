import { createServer, type Server } from "node:http";
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import type { AdminParts } from "./admin-parts.ts";
import { endpoints, type Endpoint } from "./api.ts";
import { guards, securityHeaders } from "./guards.ts";
import { localOperator } from "./local-operator.ts";
import { isLoopback } from "./loopback.ts";
import { sendProblem, STATUS_OF } from "./problem.ts";
import { plainAddress } from "../http/trust.ts";
import { Refusal } from "./refusal.ts";

export interface AdminSettings {
  /** An address of this machine only. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Names, besides those of loopback, that requests may use in Host. */
  readonly allowedHosts?: readonly string[];
}

export interface AdminServer {
  readonly port: number;
  /** Lets requests under way finish for a moment; safe to call again. */
  close(): Promise<void>;
}

/** The operator's side cannot listen; the message says what to do. */
export class AdminListenError extends Error {
  override readonly name = "AdminListenError";
}

const BODY_LIMIT_BYTES = 64 * 1024;
const CLOSE_LIMIT_MS = 2000;

/** Listens for operators, on a listener of its own. Rejects with an AdminListenError when it may not or cannot. */
export async function adminServer(parts: AdminParts, settings: AdminSettings): Promise<AdminServer> {
  const { host, port } = settings;
  if (!isLoopback(host)) {
    throw new AdminListenError(
      `the operator's side has no authentication and listens on loopback only, not on ${host}: set ADMIN_HOST to 127.0.0.1 and reach it by a tunnel, such as ssh -L`,
    );
  }
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 };
  const server = createServer(limits, adminApp(parts, settings.allowedHosts));
  const listening = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") return listening.reject(error);
    const message = `port ${port} is in use: end what listens there, or set ADMIN_PORT to another`;
    return listening.reject(new AdminListenError(message));
  });
  server.listen(port, host, listening.resolve);
  await listening.promise;
  return {
    port: portOf(server),
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      const cut = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS);
      await closed.promise;
      clearTimeout(cut);
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The operator's side as an express app, guards first. */
export function adminApp(parts: AdminParts, allowedHosts?: readonly string[]): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", "simple");
  app.use(securityHeaders(parts.version), guards(allowedHosts));
  app.use(express.json({ limit: BODY_LIMIT_BYTES, inflate: false }));
  app.get("/healthz", (_req, res) => void res.json({ alive: true, version: parts.version }));
  app.get("/readyz", (_req, res) => sendReadiness(parts, res));
  const known = endpoints((req) => {
    const remote = plainAddress(req.socket.remoteAddress);
    return localOperator({ ...parts, via: { channel: "api", remote } });
  });
  for (const endpoint of known) mount(app, endpoint);
  app.use((_req: Request, res: Response) => {
    const paths = ["/healthz", "/readyz", ...known.map(({ path }) => path)].join(", ");
    sendProblem(res, { status: 404, code: "not-found", detail: `Nothing is here. There is ${paths}.` });
  });
  app.use(onError(parts));
  return app;
}

function mount(app: Express, { path, get, post }: Endpoint): void {
  const route = app.route(path);
  if (get !== undefined) route.get(async (req, res) => void res.json(await get(req)));
  if (post !== undefined) route.post(async (req, res) => void res.json(await post(req)));
  const allow = [...(get === undefined ? [] : ["GET", "HEAD"]), ...(post === undefined ? [] : ["POST"])].join(
    ", ",
  );
  route.all((_req, res) => {
    res.set("Allow", allow);
    sendProblem(res, { status: 405, code: "method-not-allowed", detail: `Here it is ${allow}.` });
  });
}

/** Flags that cannot be read do not stop traffic, so they make a gateway degraded and never unready. */
function sendReadiness({ live, flags }: AdminParts, res: Response): void {
  const { ready, reasons } = live?.readiness() ?? { ready: true, reasons: [] };
  const { problem } = flags.health();
  res.status(ready ? 200 : 503).json({ ready, reasons, degraded: problem === null ? [] : [problem] });
}

function onError({ telemetry }: AdminParts): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error);
    if (error instanceof Refusal) {
      const { kind, message, next: hint } = error;
      return sendProblem(res, { status: STATUS_OF[kind], code: kind, detail: message, next: hint });
    }
    const status = bodyParserStatus(error);
    if (status === 413) {
      return sendProblem(res, { status, code: "too-large", detail: "A body here has at most 64 KiB." });
    }
    if (status !== null) return sendProblem(res, { status, code: "bad-request", detail: "This is no JSON." });
    telemetry.unexpected({ where: "admin", error });
    return sendProblem(res, {
      status: 500,
      code: "failed",
      detail: "Something went wrong here; the log says what.",
    });
  };
}

/** The 4xx that express gives an error over an unreadable body or URL. */
function bodyParserStatus(error: unknown): number | null {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return null;
  return error.status >= 400 && error.status < 500 ? error.status : null;
}
