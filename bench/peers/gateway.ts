import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEnv } from "../../gateway/config/env.ts";
import { startGateway } from "../../gateway/main.ts";

/**
 * Banyan with everything on: 500 routes, a canary that looks for its key, breakers, counters, a log line a request.
 * Arguments: the monolith's URL, a folder, the client that asks the monolith, and how many processes answer (1).
 */
const [, , url, folder, client, workers = "1"] = process.argv;
const own = mkdtempSync(join(folder!, "gateway-"));
const others = Array.from(
  { length: 499 },
  (_, i) => `  r${i}: { match: { method: GET, path: "/api/r${i}/{id}/items" }, function: { lambda: f${i} } }`,
);
const config = join(own, "routes.yaml");
writeFileSync(
  config,
  `version: 1
legacy: { url: "${url}", client: ${client} }
aws: { region: eu-central-1 }
evidence: { store: memory }
routes:
${others.join("\n")}
  order:
    match: { method: [GET, POST], path: "/api/orders/{id}" }
    function: { lambda: order }
    stage: canary
    percent: 0.001
    stickyBy: ["header:x-user-id"]
    shadow: { percent: 0 }
`,
);
const gateway = await startGateway(
  readEnv({
    HOST: "127.0.0.1",
    PORT: "0",
    ADMIN_PORT: "0",
    WORKERS: workers,
    LOG_LEVEL: "info",
    BANYAN_CONFIG: config,
    BANYAN_DATA: join(own, "data"),
  }),
);
process.send!(gateway.port);
