import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** How a proxy that is no Node process is started: on one core, with nothing of it switched on that we do without. */
export interface Server {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function written(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

export function nginx(port: number, legacyPort: number, folder: string): Server {
  const config = `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log /dev/null;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000; client_body_temp_path ${folder}; proxy_temp_path ${folder};
  upstream legacy { server 127.0.0.1:${legacyPort}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://legacy; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}`;
  return { command: "nginx", args: ["-p", folder, "-c", written(folder, "nginx.conf", config)] };
}

export function haproxy(port: number, legacyPort: number, folder: string): Server {
  const config = `
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend clients
  bind 127.0.0.1:${port}
  default_backend legacy
backend legacy
  server legacy 127.0.0.1:${legacyPort}
`;
  return { command: "haproxy", args: ["-db", "-f", written(folder, "haproxy.cfg", config)] };
}

export function caddy(port: number, legacyPort: number, folder: string): Server {
  const config = `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${legacyPort}
}
http://shop.example.com:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${legacyPort}
}
`;
  const env = { GOMAXPROCS: "1", HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const file = written(folder, "Caddyfile", config);
  return { command: "caddy", args: ["run", "--adapter", "caddyfile", "--config", file], env };
}
