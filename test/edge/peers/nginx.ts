import type { Lane } from "../run-case.ts";
import { SETTINGS } from "./peer.ts";
import type { Program } from "./process.ts";

/** nginx as its documentation sets up a reverse proxy, with kept-alive upstream connections and nothing buffered. */
export const nginx: Program = {
  name: "nginx",
  versionOption: "-v",
  version: /nginx\/(\S+)/,
  options: (configFile, folder) => ["-p", folder, "-c", configFile, "-e", "stderr"],
  config: (lanes, folder) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr crit;
events { worker_connections 2048; }
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join("\n  ")}
  client_header_timeout ${SETTINGS.headMs}ms;
  client_body_timeout ${SETTINGS.stallMs}ms;
  lingering_timeout 200ms;
  client_header_buffer_size 4k;
  large_client_header_buffers 2 16k;
  client_max_body_size ${SETTINGS.bodyBytes};
  merge_slashes off;
  limit_conn_zone $server_port zone=in_flight:1m;
  limit_conn_status 503;

  proxy_http_version 1.1;
  proxy_read_timeout ${SETTINGS.upstreamMs}ms;
  proxy_connect_timeout 1s;
  proxy_buffering off;
  proxy_request_buffering off;
  proxy_buffer_size 32k;
  proxy_buffers 8 32k;
  proxy_set_header Host $http_host;
  proxy_set_header Connection $connection_upgrade;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Via $via;
  proxy_set_header X-Forwarded-For $forwarded_for;
  proxy_set_header X-Forwarded-Proto $forwarded_proto;
  proxy_set_header X-Forwarded-Host $forwarded_host;
  proxy_set_header Forwarded $forwarded;
  proxy_set_header X-Real-IP $remote_addr;

  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  map $http_via $via { default "$http_via, 1.1 edge"; "" "1.1 edge"; }
  map $http_via $is_loop { default 0; "~\\bedge\\b" 1; }
  geo $remote_addr $trusted { default 0; ${SETTINGS.trusted} 1; }
  map $trusted $forwarded_for { 0 $remote_addr; 1 $proxy_add_x_forwarded_for; }
  map "$trusted$http_x_forwarded_proto" $forwarded_proto { default $scheme; 1http http; 1https https; }
  map "$trusted$http_x_forwarded_host" $forwarded_host { default $http_host; "~^1(?<given>.+)" $given; }
  map $trusted $forwarded { 0 ""; 1 $http_forwarded; }
${lanes.map(lane).join("")}}
`,
};

function lane({ port, upstream }: Lane): string {
  return `
  upstream legacy${port} { server 127.0.0.1:${upstream.ports.legacy}; keepalive 8; }
  upstream function${port} { server 127.0.0.1:${upstream.ports.function}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    limit_conn in_flight ${SETTINGS.inFlight};
    if ($is_loop) { return 508; }
    location / { proxy_pass http://legacy${port}; }
    location /function/ { proxy_pass http://function${port}; }
  }
`;
}
