import http from "node:http";
import type { AddressInfo } from "node:net";
import { RequestBody } from "../../gateway/http/body.ts";
import { leanUpstream } from "../../gateway/upstreams/http1/lean-upstream.ts";

/** node:http and our client with nothing between: what is left of the gateway when all its steps are taken out. */
const legacy = leanUpstream({ name: "legacy", url: process.argv[2]!, connections: 256 });
const signal = new AbortController().signal;
const trace = {
  traceId: "",
  spanId: "",
  parentSpanId: null,
  recorded: false,
  traceparent: "",
  tracestate: undefined,
};

const server = http.createServer((req, res) => {
  const length = Number(req.headers["content-length"] ?? 0);
  const request = {
    id: "",
    method: req.method!,
    target: { raw: req.url!, path: req.url!, query: null },
    httpVersion: "1.1" as const,
    host: req.headers.host!,
    headers: req.rawHeaders,
    body: length === 0 ? RequestBody.empty : RequestBody.from({ stream: req, length }),
    client: { address: "", protocol: "http" as const, viaTrustedProxy: false, port: 0 },
    trace,
    copy: null,
    receivedAt: 0,
    startedAt: 0,
    signal,
  };
  void legacy.send(request, { timeoutMs: 60_000, signal }).then(({ status, headers, body }) => {
    res.writeHead(status, [...headers]);
    if (!Buffer.isBuffer(body)) return body.pipe(res);
    return body.length <= 16_384 ? res.end(body.toString("latin1"), "latin1") : res.end(body);
  });
});
server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
