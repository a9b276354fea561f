import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { readEnv } from "../../gateway/config/env.ts";
import { fileFlagWriter } from "../../gateway/flags/file-writer.ts";
import type { FlagChange } from "../../gateway/flags/writer.ts";
import { startGateway } from "../../gateway/main.ts";
import type { Stage } from "../../gateway/routes/route.ts";
import { silentTelemetry } from "../../gateway/telemetry/silent.ts";
import type { RequestFinished, Telemetry } from "../../gateway/telemetry/telemetry.ts";
import { startLegacyMock } from "../../legacy-mock/shop.ts";
import { startLocalAws } from "../../local-aws/server.ts";
import { TESTED_CLIENT } from "./tested-invoker.ts";

const LAMBDAS = resolve(import.meta.dirname, "../../lambdas");

/** Monolith, functions and gateway, all real, on free ports and in a folder of their own. */
export type Stack = Awaited<ReturnType<typeof startStack>>;

/** `routes` is the `routes:` part of a routes.yaml, as text; `more` may add or replace other parts of it. */
export async function startStack(
  routes: string,
  more = "",
  functionsDir = LAMBDAS,
  listeners: readonly Telemetry[] = [],
) {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "banyan-test-"));
  parts.defer(() => rmSync(folder, { recursive: true, force: true }));
  const databaseFile = join(folder, "shop.db");

  const legacy = await startLegacyMock({ port: 0, databaseFile, quiet: true });
  parts.defer(() => legacy.close());
  const environment = { SHOP_DB: databaseFile };
  const functions = await startLocalAws({ port: 0, functionsDir, environment, quiet: true });
  parts.defer(() => functions.close());

  const configFile = join(folder, "routes.yaml");
  const configText = (routesText: string) =>
    `version: 1\nlegacy: { url: "${legacy.url}" }\naws: { endpoint: "${functions.url}", reportPercent: 100, client: ${TESTED_CLIENT} }\n${more}\nroutes:\n${routesText}\n`;
  writeFileSync(configFile, configText(routes));
  const finished: RequestFinished[] = [];
  let flagVersion = "none";
  const recording: Telemetry = {
    ...silentTelemetry,
    requestFinished: (event) => void finished.push(event),
    flagsChanged: ({ version }) => void (flagVersion = version),
  };
  const settings = readEnv({
    HOST: "127.0.0.1",
    PORT: "0",
    ADMIN_PORT: "0",
    BANYAN_CONFIG: configFile,
    BANYAN_DATA: folder,
    LOG_LEVEL: "silent",
  });
  const gateway = await startGateway(settings, [recording, ...listeners]);
  parts.defer(() => gateway.stop());

  const writer = fileFlagWriter({ path: join(folder, "flags.yaml"), clock: systemClock });
  const change = async (flip: FlagChange) => {
    const result = await writer.apply(flip);
    if (!result.made) throw new Error(`${result.why}: ${result.message}`);
    return result.version;
  };

  const owned = parts.move();
  return {
    url: `http://127.0.0.1:${gateway.port}`,
    port: gateway.port,
    adminUrl: `http://127.0.0.1:${gateway.adminPort}`,
    folder,
    configFile,
    legacy,
    functions,
    gateway,
    /** What telemetry was told of finished requests, in order. */
    finished,
    /** The flag version that the gateway runs on. */
    flagVersion: () => flagVersion,
    /** Replaces the routes of routes.yaml, as an editor would. */
    rewriteRoutes: (routesText: string) => writeFileSync(configFile, configText(routesText)),
    /** Flips a route in the flag file; resolves with the new version, which the gateway takes up by itself. */
    flip: (routeId: string, stage: Stage, percent?: number) =>
      change({ routeId, stage, by: "test", reason: "test", ...(percent !== undefined && { percent }) }),
    kill: (kill: boolean) => change({ kill, by: "test", reason: "test" }),
    close: () => owned.disposeAsync(),
  };
}
