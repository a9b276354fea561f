import { spawn, type ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** `npm start`: monolith, functions and gateway, each a process of its own, as they would be anywhere else. */

const HERE = resolve(import.meta.dirname, "..");
const env = process.env;
const data = env["BANYAN_DATA"] ?? join(HERE, ".banyan");
const ports = {
  gateway: Number(env["PORT"] ?? 8080),
  admin: Number(env["ADMIN_PORT"] ?? 9901),
  legacy: Number(env["LEGACY_PORT"] ?? 3000),
  functions: Number(env["LOCAL_AWS_PORT"] ?? 9900),
};
const legacyUrl = env["LEGACY_URL"] ?? `http://127.0.0.1:${ports.legacy}`;
const shop = { SHOP_DB: env["SHOP_DB"] ?? join(data, "shop.db") };

/** What moves each part elsewhere. */
const PORT_OF: Readonly<Record<string, string>> = {
  "legacy-mock": "LEGACY_PORT",
  "local-aws": "LOCAL_AWS_PORT",
  gateway: "PORT",
};

const children: { name: string; process: ChildProcess }[] = [];
let stopping = false;

mkdirSync(data, { recursive: true });
const startedAt = performance.now();
process.once("SIGINT", () => void stop(0));
process.once("SIGTERM", () => void stop(0));

if (env["LEGACY_URL"] === undefined) {
  await run("legacy-mock", "legacy-mock/main.ts", { ...shop, PORT: String(ports.legacy) }, ports.legacy);
}
await run(
  "local-aws",
  "local-aws/main.ts",
  { ...shop, PORT: String(ports.functions), FUNCTIONS_DIR: join(HERE, "lambdas") },
  ports.functions,
);
await run(
  "gateway",
  "gateway/cli/main.ts",
  {
    PORT: String(ports.gateway),
    ADMIN_PORT: String(ports.admin),
    BANYAN_DATA: data,
    LEGACY_URL: legacyUrl,
    LOG_LEVEL: env["LOG_LEVEL"] ?? "warn",
    // The AWS SDK reads these itself, as it would in production; only the address is ours.
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${ports.functions}`,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  },
  ports.gateway,
  ["start"],
);

const base = `http://127.0.0.1:${ports.gateway}`;
/** The other terminal does not have our environment. */
const elsewhere = ports.admin === 9901 ? "" : ` ADMIN_PORT=${ports.admin}`;
console.log(`
Banyan is up after ${((performance.now() - startedAt) / 1000).toFixed(1)} s.

  clients     ${base}
  page        http://127.0.0.1:${ports.admin}   (and the operator's API)
  monolith    ${legacyUrl}
  functions   http://127.0.0.1:${ports.functions}   (the Lambda API; AWS's own runtime client runs lambdas/)

Try, in another terminal:
  export PATH="$PWD/node_modules/.bin:$PATH"${elsewhere}
  curl -i ${base}/api/orders/1001
  banyan explain GET /api/orders/1001
  banyan promote list-customers --reason "first step" && banyan status

Ctrl-C stops everything.`);

/** Starts one process and waits until its port answers; ends everything when it dies. */
async function run(
  name: string,
  file: string,
  more: NodeJS.ProcessEnv,
  port: number,
  args: string[] = [],
): Promise<void> {
  if (await answers(port)) {
    console.error(
      `port ${port}, which ${name} wants, is in use: end what listens there, or set ${PORT_OF[name]}`,
    );
    await stop(1);
  }
  const child = spawn(process.execPath, [join(HERE, file), ...args], {
    cwd: HERE,
    env: { ...env, ...more },
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push({ name, process: child });
  child.once("exit", (code) => {
    if (stopping) return;
    console.error(`${name} ended${code === null ? "" : ` with exit code ${code}`}; stopping the rest.`);
    void stop(code === 0 || code === null ? 1 : code);
  });
  while (!(await answers(port))) await new Promise((again) => setTimeout(again, 25));
}

function answers(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => (socket.destroy(), tell(true)));
    socket.once("error", () => tell(false));
  });
}

/** Front to back: the gateway drains while what it needs still runs. */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const { process: child } of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  process.exit(code);
}
