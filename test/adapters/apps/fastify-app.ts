import { Readable } from "node:stream";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { cached, FIXED_ANSWERS, picture, type FixedAnswer } from "./fixed-answers.ts";
import { partsOf } from "./multipart.ts";
import { bytesSeen, echoed, rawFields } from "./sight.ts";

/** What an app on fastify gets and gives: the same natively and in @fastify/aws-lambda. */
export function fastifyApp(): FastifyInstance {
  const app = fastify({ trustProxy: true, bodyLimit: 5_000_000 });
  for (const [path, answer] of Object.entries(FIXED_ANSWERS)) {
    app.get(path, (_request, reply) => give(reply, answer));
  }
  app.get("/picture", (request, reply) => give(reply, picture(request.headers.range)));
  app.get("/cached", (request, reply) => give(reply, cached(request.headers["if-none-match"])));
  app.get("/stream", (_request, reply) =>
    reply.type("text/plain").send(Readable.from(["one\n", "two ☕\n", "three\n"])),
  );
  app.get("/latin1-text", (_request, reply) => {
    reply.hijack();
    reply.raw.setHeader("Content-Type", "text/plain; charset=iso-8859-1");
    reply.raw.end("Grüße", "latin1");
  });
  app.get("/head-first", (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(201, "Made", {
      "Content-Type": "text/plain",
      "X-Tag": "a",
      "Set-Cookie": ["a=1", "b=2"],
    });
    reply.raw.end("made");
  });
  app.get("/boom", () => {
    throw new Error("boom");
  });
  app.get("/connection", ({ protocol, hostname, ip, headers, raw }) => ({
    protocol,
    hostname,
    ip,
    httpVersion: raw.httpVersion,
    userAgent: headers["user-agent"],
    length: headers["content-length"],
    rawHeaders: rawFields(raw.rawHeaders),
  }));
  app.addContentTypeParser("multipart/form-data", (_request, _payload, done) => done(null));
  app.post("/upload", ({ raw }) => partsOf(raw.headers, raw));
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.all("/echo", echo);
  app.all("/echo/*", echo);
  return app;
}

function echo({ method, url, query, params, headers, body }: FastifyRequest): object {
  const seen = Buffer.isBuffer(body) || typeof body === "string" ? bytesSeen(Buffer.from(body)) : undefined;
  return {
    method,
    url,
    query,
    params,
    headers: echoed((name) => headers[name]),
    ...(seen === undefined ? { parsed: body } : { body: seen }),
  };
}

function give(reply: FastifyReply, { status, headers, body }: FixedAnswer): FastifyReply {
  reply.code(status).headers(headers);
  return body.length === 0 ? reply.send() : reply.send(body);
}
