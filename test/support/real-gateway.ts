import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnv } from "../../gateway/config/env.ts";
import { startGateway } from "../../gateway/main.ts";
import { silentTelemetry } from "../../gateway/telemetry/silent.ts";
import type { Telemetry } from "../../gateway/telemetry/telemetry.ts";

/** A monolith that the test writes; by default it says back what reached it: target and fields. */
export async function startMonolith(answer: RequestListener = sayBack) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const sayBack: RequestListener = (req, res) => {
  res.setHeader("content-type", "application/json");
  req.resume().once("end", () => res.end(JSON.stringify({ url: req.url, headers: req.headers })));
};

/** A whole gateway, as `banyan start` assembles it. `more` is what routes.yaml says beside `legacy`. */
export async function startRealGateway(
  legacyUrl: string,
  more: string,
  told: Partial<Telemetry> = {},
  env: Readonly<Record<string, string>> = {},
) {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "banyan-test-"));
  parts.defer(() => rmSync(folder, { recursive: true, force: true }));
  const configFile = join(folder, "routes.yaml");
  writeFileSync(configFile, `version: 1\nlegacy: { url: "${legacyUrl}" }\n${more}\n`);
  const settings = readEnv({
    HOST: "127.0.0.1",
    PORT: "0",
    ADMIN_PORT: "0",
    DRAIN_GRACE: "1ms",
    DRAIN_LIMIT: "2s",
    BANYAN_CONFIG: configFile,
    BANYAN_DATA: folder,
    LOG_LEVEL: "silent",
    ...env,
  });
  const gateway = await startGateway(settings, [{ ...silentTelemetry, ...told }]);
  parts.defer(() => gateway.stop());
  const owned = parts.move();
  return { ...gateway, configFile, close: () => owned.disposeAsync() };
}
