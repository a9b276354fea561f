import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../gateway/clock.ts";
import { loadConfig } from "../gateway/config/load.ts";
import type { CorpusEntry } from "../gateway/corpus/corpus.ts";
import { DEFAULT_REDACTION, redactor } from "../gateway/diff/redact.ts";
import { comparePool } from "../gateway/judge/compare-pool.ts";
import { evidenceJudge } from "../gateway/judge/evidence-judge.ts";
import { replay } from "../gateway/replay/replay.ts";
import { routings } from "../gateway/routing.ts";
import { memoryStore } from "../gateway/store/memory.ts";
import { silentTelemetry } from "../gateway/telemetry/silent.ts";

/**
 * `npm run bench:replay`: how many recorded requests a second go to both sides and are compared. Both sides are one trivial
 * server in a process of its own; 20,000 sessions of five requests each come interleaved, each with a cookie.
 */

const SESSIONS = Number(process.argv[2] ?? 20_000);
const ROUNDS = 5;
const ANSWER = JSON.stringify({ lines: Array.from({ length: 20 }, (_, n) => ({ sku: `SKU-${n}`, n })) });

if (process.argv[2] === "server") {
  const headers = { "content-type": "application/json", "set-cookie": "sid=1; Path=/" };
  const server = createServer((_req, res) => res.writeHead(200, headers).end(ANSWER));
  server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
} else {
  const child = fork(import.meta.filename, ["server"]);
  const port = await new Promise<unknown>((resolve) => child.once("message", resolve));
  await measure(`http://127.0.0.1:${String(port)}`);
  child.kill();
}

async function* entries(): AsyncGenerator<CorpusEntry> {
  for (let round = 0; round < ROUNDS; round++) {
    for (let session = 0; session < SESSIONS; session++) {
      const headers = [
        "Host",
        "shop.example.com",
        "Cookie",
        "sid=0; theme=dark",
        "Accept",
        "application/json",
      ];
      const request = {
        method: "GET",
        target: `/orders/${session}`,
        headers,
        body: Buffer.alloc(0),
        isWhole: true,
      };
      const id = `${session}-${round}`;
      yield { id, at: null, session: `s${session}`, route: null, request, answer: null };
    }
  }
}

async function measure(url: string): Promise<void> {
  const yaml = `version: 1
legacy: { url: "${url}" }
routes:
  order: { match: { method: GET, path: "/orders/{id}" }, function: { url: "${url}" }, shadow: { secondary: 0 } }
`;
  const loaded = loadConfig(yaml, "routes.yaml", {});
  if ("problems" in loaded) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
  const all = routings(loaded.config, { clock: systemClock, telemetry: silentTelemetry, viaName: "bench" });
  const { table, legacy, functions } = all.current();
  const comparer = comparePool();
  const startedAt = performance.now();
  const { outcomes } = await replay(entries, {
    clock: systemClock,
    table,
    legacy,
    functionOf: ({ id }) => functions.get(id) ?? null,
    store: memoryStore(),
    judge: (writer) =>
      evidenceJudge({
        clock: systemClock,
        comparer,
        writer,
        redactor: redactor(DEFAULT_REDACTION, Buffer.alloc(32)),
        environment: "bench",
        legacyBuildHeader: null,
        onUnexpected: console.error,
      }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const rss = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${SESSIONS * ROUNDS} recorded requests in ${seconds.toFixed(1)} s: ${Math.round((SESSIONS * ROUNDS) / seconds)} a second to both sides, ${JSON.stringify(outcomes)}, RSS ${rss.toFixed(0)} MB at most`,
  );
  await comparer.stop();
  all.close();
}
