import { Readable } from "node:stream";
import express, { type NextFunction, type Request, type Response } from "express";
import { cached, FIXED_ANSWERS, picture, type FixedAnswer } from "./fixed-answers.ts";
import { partsOf } from "./multipart.ts";
import { bytesSeen, echoed, rawFields } from "./sight.ts";

/** What an app on express gets and gives: the same natively, in serverless-http and in @codegenie/serverless-express. */
export function expressApp(): express.Express {
  const app = express();
  app.set("query parser", "extended");
  // As behind any proxy. Without it the adapters' word counts, by which every client comes over TLS.
  app.set("trust proxy", true);

  for (const [path, answer] of Object.entries(FIXED_ANSWERS)) app.get(path, (_req, res) => give(res, answer));
  app.get("/picture", (req, res) => give(res, picture(req.get("range"))));
  app.get("/cached", (req, res) => give(res, cached(req.get("if-none-match"))));
  app.get(
    "/stream",
    (_req, res) => void Readable.from(["one\n", "two ☕\n", "three\n"]).pipe(res.type("txt")),
  );
  app.get("/latin1-text", (_req, res) => {
    res.setHeader("Content-Type", "text/plain; charset=iso-8859-1");
    res.end("Grüße", "latin1");
  });
  app.get("/head-first", (_req, res) => {
    res.writeHead(201, "Made", { "Content-Type": "text/plain", "X-Tag": "a", "Set-Cookie": ["a=1", "b=2"] });
    res.end("made");
  });
  app.get("/boom", () => {
    throw new Error("boom");
  });
  app.get("/connection", ({ protocol, hostname, ip, httpVersion, headers, rawHeaders }, res) => {
    const { "user-agent": userAgent, "content-length": length } = headers;
    res.json({ protocol, hostname, ip, httpVersion, userAgent, length, rawHeaders: rawFields(rawHeaders) });
  });
  app.post("/upload", async (req, res) => res.json(await partsOf(req.headers, req)));

  app.use(express.json({ limit: "5mb", verify: keepBytes }));
  app.use(express.urlencoded({ limit: "5mb", extended: true, verify: keepBytes }));
  app.use(express.text({ limit: "5mb", verify: keepBytes }));
  app.use(express.raw({ limit: "5mb", type: () => true, verify: keepBytes }));
  app.all("/echo{/*rest}", echo);
  app.use(
    (error: { status?: number; message: string }, _req: Request, res: Response, _next: NextFunction) => {
      res.status(error.status ?? 500).json({ error: error.message });
    },
  );
  return app;
}

const received = new WeakMap<object, Buffer>();

/** Keeps what a body parser has read, inflated. */
function keepBytes(req: object, _res: unknown, bytes: Buffer): void {
  received.set(req, bytes);
}

function echo(req: Request, res: Response): void {
  const { method, originalUrl, path, query, params } = req;
  const body: unknown = req.body;
  res.json({
    method,
    url: originalUrl,
    path,
    query,
    params,
    headers: echoed((name) => req.get(name)),
    body: bytesSeen(received.get(req) ?? Buffer.alloc(0)),
    parsed: Buffer.isBuffer(body) ? undefined : body,
  });
}

function give(res: Response, { status, headers, body }: FixedAnswer): void {
  res.status(status).set(headers);
  if (body.length === 0) res.end();
  else res.send(body);
}
