import type { Server } from "node:http";
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import type { AdminParts } from "./admin-parts.ts";
import { operations } from "./api.ts";
import { AccessRefused } from "./auth/access-refused.ts";
import { admission, demand, type Admission } from "./auth/admission.ts";
import { eventFeed, type EventFeed } from "./events.ts";
import { guards, securityHeaders } from "./guards.ts";
import { localOperator } from "./local-operator.ts";
import { isLoopback } from "./loopback.ts";
import type { Operation } from "./operation.ts";
import { page } from "./page.ts";
import { sendProblem, STATUS_OF } from "./problem.ts";
import { needsNoProof, operatorsEntry, type OperatorsConfig } from "../config/operators-schema.ts";
import { forwarded } from "../http/forwarded.ts";
import { notedFields } from "../http/noted-fields.ts";
import { listeningServer, PLAIN, type ListenerParts } from "../http/listener/listening-server.ts";
import { plainAddress } from "../http/trust.ts";
import { Refusal } from "./refusal.ts";

export interface AdminSettings {
  /** An address of this machine only, unless proof is asked of operators. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Plain HTTP unless given. */
  readonly listener?: ListenerParts;
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
const NO_PROOF = operatorsEntry.parse({});

/** Listens for operators, on a listener of its own. Rejects with an AdminListenError when it may not or cannot. */
export async function adminServer(parts: AdminParts, settings: AdminSettings): Promise<AdminServer> {
  const { host, port, listener = PLAIN } = settings;
  if (!isLoopback(host) && needsNoProof(operatorsOf(parts)())) {
    throw new AdminListenError(
      `the operator's side asks nobody who they are, so it listens on loopback only, not on ${host}: add \`operators\` to routes.yaml (docs/operators.md), or set ADMIN_HOST to 127.0.0.1 and reach it by a tunnel, such as ssh -L`,
    );
  }
  const feed = eventFeed(parts);
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 };
  const server = listeningServer(limits, listener, parts.telemetry, adminApp(parts, feed));
  const listening = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    feed.close();
    if (error.code !== "EADDRINUSE") return listening.reject(error);
    const message = `port ${port} is in use: end what listens there, or set ADMIN_PORT to another`;
    return listening.reject(new AdminListenError(message));
  });
  server.listen(port, host, listening.resolve);
  await listening.promise;
  return {
    port: portOf(server),
    async close() {
      feed.close();
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
export function adminApp(parts: AdminParts, feed: EventFeed = eventFeed(parts)): Express {
  const app = express();
  const operators = operatorsOf(parts);
  app.disable("x-powered-by").disable("etag").set("query parser", "simple");
  app.use(securityHeaders(parts.version));
  // Platforms ask these by address, and show no proof.
  app.get("/healthz", (_req, res) => void res.json({ alive: true, version: parts.version }));
  app.get("/readyz", (_req, res) => sendReadiness(parts, res));
  app.use(guards(() => operators().hosts));
  app.use(page());
  const admitted = admission(operators, parts.clock);
  app.use(["/api", "/metrics"], admitted.door);
  app.use(express.json({ limit: BODY_LIMIT_BYTES, inflate: false }));
  const byPath = Map.groupBy(operations(parts, feed), ({ path }) => path);
  for (const [path, known] of byPath) mount(app, path, known, parts, admitted);
  app.use((_req: Request, res: Response) => {
    const paths = ["/healthz", "/readyz", ...byPath.keys()].join(", ");
    sendProblem(res, { status: 404, code: "not-found", detail: `Nothing is here. There is ${paths}.` });
  });
  app.use(onError(parts));
  return app;
}

/** Who may use it now; nobody who is not on this machine while no gateway runs. */
function operatorsOf({ live }: AdminParts): () => OperatorsConfig {
  return live === null ? () => NO_PROOF : () => live.operators();
}

/** Whose address the audit log gets: a listed proxy's word is taken for it, nobody else's. */
function clientOf({ rawHeaders, socket }: Request, { live }: AdminParts): string {
  const peer = { address: plainAddress(socket.remoteAddress), encrypted: false, port: 0 };
  const trusts = live?.trusts ?? (() => false);
  const noted = notedFields(rawHeaders, {
    httpVersion: "1.1",
    trusted: trusts(peer.address),
    counted: false,
  });
  const [client] = forwarded(noted, "", peer, trusts);
  return client.address;
}

function mount(
  app: Express,
  path: string,
  known: readonly Operation[],
  parts: AdminParts,
  admitted: Admission,
): void {
  const route = app.route(path);
  for (const { method, needs, gives, run } of known) {
    route[method === "GET" ? "get" : "post"](async (req, res) => {
      const identity = admitted.identityOf(req);
      demand(identity, needs);
      // A stream has no end that HEAD could wait for.
      if (req.method === "HEAD" && typeof gives === "string") {
        res.type(gives).end();
        return;
      }
      await parts.live?.countsIn();
      const via = { channel: "api", remote: clientOf(req, parts), proof: identity.proof } as const;
      const operator = localOperator({ ...parts, via });
      const answer = await run({ req, res, identity, operator });
      if (answer !== null) res.json(answer);
    });
  }
  const allow = known.map(({ method }) => (method === "GET" ? "GET, HEAD" : method)).join(", ");
  route.all((_req, res) => {
    res.set("Allow", allow);
    sendProblem(res, { status: 405, code: "method-not-allowed", detail: `Here it is ${allow}.` });
  });
}

/** What does not stop traffic, such as flags that cannot be read, makes a gateway degraded and never unready. */
function sendReadiness({ live, flags }: AdminParts, res: Response): void {
  const { ready, reasons } = live?.readiness() ?? { ready: true, reasons: [] };
  const { problem } = flags.health();
  const degraded = [...(problem === null ? [] : [problem]), ...(live?.problems() ?? [])];
  res.status(ready ? 200 : 503).json({ ready, reasons, degraded });
}

function onError({ telemetry }: AdminParts): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error);
    if (error instanceof AccessRefused) return sendProblem(res, error.problem);
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
