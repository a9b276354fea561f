import http from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Diffs } from "../../gateway/admin/contract.ts";
import { readEnv } from "../../gateway/config/env.ts";
import { startGateway } from "../../gateway/main.ts";
import { silentTelemetry } from "../../gateway/telemetry/silent.ts";

/** What the other side may do, and whose clients notice nothing. */
type Behaviour = (req: http.IncomingMessage, res: http.ServerResponse) => void;

const BODY = JSON.stringify({ total: 1, name: "order", items: [1, 2, 3] });
const JSON_TYPE = { "content-type": "application/json" };
const REQUESTS = 40;

const json =
  (text: string): Behaviour =>
  (_req, res) =>
    res.writeHead(200, JSON_TYPE).end(text);

const HOSTILE: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ["never answers", () => undefined],
  ["hangs up", (req) => req.socket.destroy()],
  [
    "breaks off",
    (_req, res) => res.writeHead(200, { "content-length": "100" }).write("half", () => res.destroy()),
  ],
  ["answers 10 MB", (_req, res) => res.writeHead(200, JSON_TYPE).end(Buffer.alloc(10_000_000, "x"))],
  [
    "answers for ever",
    (_req, res) => {
      res.writeHead(200, JSON_TYPE);
      const write = () => {
        while (!res.destroyed && res.write(Buffer.alloc(65_536, "x")));
      };
      res.on("drain", write);
      write();
    },
  ],
  ["answers 10,000 lists in each other", json("[".repeat(10_000) + "]".repeat(10_000))],
  ["answers with __proto__", json('{"__proto__":{"total":1},"constructor":{"prototype":{"x":1}}}')],
  ["answers what is no JSON", json("\u0000\ud800{{{{")],
];

let folder: string;
let closing: (() => Promise<unknown>)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-shadow-"));
  closing = [];
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  rmSync(folder, { recursive: true });
});

async function server(behaviour: Behaviour): Promise<string> {
  const listening = http.createServer(behaviour);
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    listening.closeAllConnections();
    return new Promise((resolve) => listening.close(resolve));
  });
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

async function shadowing(behaviour: Behaviour) {
  const [legacy, other] = [await server(json(BODY)), await server(behaviour)];
  const config = join(folder, "routes.yaml");
  writeFileSync(
    config,
    `version: 1
legacy: { url: "${legacy}" }
mirror: { lag: 1m }
routes:
  order:
    match: { method: GET, path: /order }
    function: { url: "${other}" }
    stage: shadow
    shadow: { timeout: 500ms, secondary: 0 }
`,
  );
  const unexpected: unknown[] = [];
  const telemetry = { ...silentTelemetry, unexpected: (event: unknown) => void unexpected.push(event) };
  const environment = { HOST: "127.0.0.1", PORT: "0", ADMIN_PORT: "0", LOG_LEVEL: "silent" };
  const settings = readEnv({ ...environment, BANYAN_CONFIG: config, BANYAN_DATA: folder });
  const gateway = await startGateway(settings, [telemetry]);
  closing.push(() => gateway.stop());
  return {
    unexpected,
    ask: async () => (await fetch(`http://127.0.0.1:${gateway.port}/order`)).text(),
    evidence: async () => {
      const answer = await fetch(`http://127.0.0.1:${gateway.adminPort}/api/diffs`);
      return ((await answer.json()) as Diffs).evidence;
    },
  };
}

describe("clients of a route in shadow notice nothing of a function that", () => {
  it.each(HOSTILE)("%s", { timeout: 60_000 }, async (_name, behaviour) => {
    const { ask, evidence, unexpected } = await shadowing(behaviour);
    const answers = await Promise.all(Array.from({ length: REQUESTS }, ask));
    expect(new Set(answers)).toEqual(new Set([BODY]));
    const told = async () => {
      const [one] = await evidence();
      const dropped = Object.values(one?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
      const { compared = 0, matched = 0 } = one?.counts ?? {};
      return { all: compared + dropped, compared, matched };
    };
    // Each request was compared, or it is counted why not.
    await expect.poll(async () => (await told()).all, { timeout: 30_000 }).toBe(REQUESTS);
    expect(await told()).toMatchObject({ matched: 0 });
    expect((await told()).compared).toBeGreaterThan(0);
    expect(unexpected).toEqual([]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
