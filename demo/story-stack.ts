import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readEnv } from "../gateway/config/env.ts";
import { startGateway } from "../gateway/main.ts";
import { silentTelemetry } from "../gateway/telemetry/silent.ts";
import { startLegacyMock } from "../legacy-mock/shop.ts";
import { startLocalAws } from "../local-aws/server.ts";

/** As in routes.yaml, but for what a laptop cannot prove within a minute: latency, and an hour without trouble. */
const ROUTES = `version: 1
legacy: { url: "\${LEGACY_URL}" }
aws: { endpoint: "\${LAMBDA_URL}" }
mirror: { lag: 1m, perSecond: 10000 } # each request is compared, so that the story is the same each time
routes:
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order, qualifier: live }
    stickyBy: ["header:x-user-id"]
    shadow: { secondary: 0 }
    compare: { matchers: [{ at: body/generatedAt, like: timestamp }] }
    gate: { latency: null, breakerClosedFor: 1ms }
    breaker: { open: 10m }
`;

/** The monolith, the functions and the gateway, all real, on free ports and in a folder that goes with them. */
export async function startStoryStack() {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "banyan-demo-"));
  parts.defer(() => rmSync(folder, { recursive: true, force: true }));
  const databaseFile = join(folder, "shop.db");
  const legacy = await startLegacyMock({ port: 0, databaseFile, quiet: true });
  parts.defer(() => legacy.close());
  const functions = await startLocalAws({
    port: 0,
    functionsDir: resolve(import.meta.dirname, "../lambdas"),
    environment: { SHOP_DB: databaseFile },
    quiet: true,
  });
  parts.defer(() => functions.close());
  // The version that is wrong on purpose comes first.
  await functions.change("get-order", { alias: { live: "1" } });

  const configFile = join(folder, "routes.yaml");
  writeFileSync(configFile, ROUTES);
  // local-aws takes any signature; real credentials have no business here.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" });
  let shadowed = 0;
  const answered = { legacy: 0, function: 0, gateway: 0 };
  const gateway = await startGateway(
    readEnv({
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      BANYAN_CONFIG: configFile,
      BANYAN_DATA: folder,
      LOG_LEVEL: "silent",
      DRAIN_GRACE: "1ms",
      LEGACY_URL: legacy.url,
      LAMBDA_URL: functions.url,
    }),
    [
      {
        ...silentTelemetry,
        shadowed: () => void (shadowed += 1),
        requestFinished: ({ answeredBy }) => void (answered[answeredBy] += 1),
      },
    ],
  );
  parts.defer(() => gateway.stop());

  const owned = parts.move();
  return {
    folder,
    url: `http://127.0.0.1:${gateway.port}`,
    adminUrl: `http://127.0.0.1:${gateway.adminPort}`,
    functionsUrl: functions.url,
    /** What the command line needs to find this gateway. */
    environment: {
      PATH: process.env["PATH"],
      ADMIN_PORT: String(gateway.adminPort),
      BANYAN_CONFIG: configFile,
      BANYAN_DATA: folder,
    },
    /** Requests so far, by who answered them. */
    answered: () => ({ ...answered }),
    /** Copies that were compared, or dropped, so far. */
    shadowed: () => shadowed,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export type StoryStack = Awaited<ReturnType<typeof startStoryStack>>;
