import type { Lane } from "../run-case.ts";
import { SETTINGS } from "./peer.ts";
import type { Program } from "./process.ts";

/** HAProxy as its documentation sets up a reverse proxy. */
export const haproxy: Program = {
  name: "haproxy",
  versionOption: "-v",
  version: /version (\S+)/,
  options: (configFile) => ["-db", "-q", "-f", configFile],
  config: (lanes) => `
global
  maxconn 2000
  tune.bufsize ${SETTINGS.headBytes + 4_096}
defaults
  mode http
  timeout connect 1s
  timeout client ${SETTINGS.stallMs}ms
  timeout server ${SETTINGS.upstreamMs}ms
  timeout http-request ${SETTINGS.headMs}ms
  timeout http-keep-alive 5s
  timeout tunnel 3s
${lanes.map(lane).join("")}`,
};

function lane({ port, upstream }: Lane): string {
  return `
frontend lane${port}
  bind 127.0.0.1:${port}
  acl trusted src ${SETTINGS.trusted}
  http-request deny status 413 if { req.hdr_val(content-length) gt ${SETTINGS.bodyBytes} }
  http-request return status 508 if { req.hdr(via) -m sub edge }
  http-request deny status 503 if { fe_conn gt ${SETTINGS.inFlight} }
  http-request set-header X-Forwarded-Proto http if !trusted
  http-request set-header X-Forwarded-Host %[req.hdr(host)] if !trusted
  http-request del-header X-Forwarded-For if !trusted
  http-request del-header Forwarded if !trusted
  http-request del-header X-Real-IP if !trusted
  http-request add-header Via "1.1 edge"
  option forwardfor
  use_backend function${port} if { path_beg /function/ }
  default_backend legacy${port}
backend legacy${port}
  server one 127.0.0.1:${upstream.ports.legacy}
backend function${port}
  server one 127.0.0.1:${upstream.ports.function}
`;
}
