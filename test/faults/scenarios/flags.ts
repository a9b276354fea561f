import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startLocalAws } from "../../../local-aws/server.ts";
import { ask, steadily } from "../asking.ts";
import { faultProxy } from "../fault-proxy.ts";
import { startGateway } from "../gateway-process.ts";
import { startMonolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs, type Trial } from "../trial.ts";

const flagsText = (stage: string) => JSON.stringify({ version: 1, routes: { moved: { stage } } });

async function setUp(trial: Trial) {
  const [legacy, moved] = [await startMonolith(), await startMonolith()];
  trial.defer(() => Promise.all([legacy.close(), moved.close()]));
  // Both sides are monoliths: who was asked is told by what each wrote.
  const aws = await startLocalAws({ port: 0, functionsDir: trial.folder, quiet: true, appConfigPollS: 1 });
  trial.defer(() => aws.close());
  const way = await faultProxy(aws.port);
  trial.defer(() => way.close());
  const put = (text: string) => aws.configure("shop", "prod", "flags", text);
  put(flagsText("cutover"));
  const config = `legacy: { url: "${legacy.url}" }
aws: { region: eu-central-1, endpoint: "${way.url}" }
flags: { source: appconfig, application: shop, environment: prod, profile: flags, poll: 1s }
routes:
  moved: { match: { path: /moved }, function: { url: "${moved.url}" } }`;
  return { way, put, config, legacy, moved };
}

const atBoot: Scenario = {
  number: "F10",
  fault: "AppConfig cannot be reached at boot",
  hold: "the last known good flags from disk, else what routes.yaml says; ready, and marked degraded",
  async run(trial) {
    const { way, config, legacy, moved } = await setUp(trial);
    const first = await startGateway(trial, { config, name: "first" });
    const write = (port: number, id: string) =>
      ask({ port, path: "/moved", method: "POST", body: "{}", headers: { "x-id": id } });
    await write(first.port, "with AppConfig");
    trial.must("flags are in use", moved.wrote.includes("with AppConfig"));
    first.signal("SIGTERM");
    await first.exited;

    for (const kind of trial.pick(["refuse"] as const, ["refuse", "black-hole"] as const)) {
      await way.order({ kind });
      const startedAt = performance.now();
      const kept = await startGateway(trial, { config, name: "first" });
      const keptMs = performance.now() - startedAt;
      await write(kept.port, `kept ${kind}`);
      trial.must("the kept flags are in use", moved.wrote.includes(`kept ${kind}`));
      const startedNewAt = performance.now();
      const fresh = await startGateway(trial, { config, name: `fresh-${kind}` });
      const freshMs = performance.now() - startedNewAt;
      await write(fresh.port, `fresh ${kind}`);
      trial.must("without any, legacy answers", legacy.wrote.includes(`fresh ${kind}`));
      for (const gateway of [kept, fresh]) {
        const readiness = await gateway.readiness();
        trial.must("it is ready", readiness?.ready === true);
        trial.must("it is marked degraded", readiness?.degraded.length === 1);
        gateway.signal("SIGTERM");
        await gateway.exited;
      }
      trial.figure(
        `${kind}: ready ${Math.round(keptMs)} ms after the start with kept flags, ${Math.round(freshMs)} ms without any; degraded`,
      );
    }
  },
};

const later: Scenario = {
  number: "F11",
  fault: "AppConfig goes away later",
  hold: "nothing fails, staleness is shown, flags are taken up again",
  async run(trial) {
    const { way, put, config } = await setUp(trial);
    const gateway = await startGateway(trial, { config });
    const { port } = gateway;
    const asking = steadily(() => ({ port, path: "/moved" }), 4, 10);
    await way.order({ kind: "refuse" });
    const shown = await eventually(async () => (await gateway.readiness())!.degraded.length > 0);
    const { flags } = await gateway.status();
    trial.must("it says so", shown !== null && !flags.fresh && flags.problem !== null);
    trial.must("it says how old they are", flags.readAt !== null);
    put(flagsText("legacy"));
    await way.order({ kind: "none" });
    const back = await eventually(async () => (await gateway.status()).flags.fresh);
    trial.must("it reads again", back !== null);
    const taken = await eventually(async () => (await gateway.status()).routes[0]?.stage === "legacy");
    trial.must("what changed meanwhile is taken up", taken !== null);
    const tally = await asking.stop();
    trial.must(`nothing failed: ${tally.text}`, tally.only(200));
    trial.figure(
      `${tally.text}; shown after ${inMs(shown)} (poll: 1 s), fresh again ${inMs(back)} after it was back`,
    );
  },
};

const bad: Scenario = {
  number: "F12",
  fault: "a bad flag document is deployed",
  hold: "rejected whole, the old one stays, one log line and one line of the audit log",
  async run(trial) {
    const { put, config } = await setUp(trial);
    const gateway = await startGateway(trial, { config });
    const { port } = gateway;
    const asking = steadily(() => ({ port, path: "/moved" }), 4, 10);
    const before = (await gateway.status()).flags.version;
    const documents = [
      "{",
      '{"version":1,"routes":{"moved":{"stage":"legacy"},"other":{"stage":"upwards"}}}',
    ];
    for (const document of documents) {
      put(document);
      const rejections = () => gateway.log.filter(({ msg }) => msg?.startsWith("flags rejected")).length;
      const sofar = rejections();
      const seen = await eventually(() => rejections() > sofar);
      trial.must("it is told", seen !== null);
      // Two more polls: what is still bad is not told again.
      const { readAt } = (await gateway.status()).flags;
      await eventually(async () => (await gateway.status()).flags.readAt !== readAt, 2_500);
      trial.must(`it is told once: ${rejections() - sofar}`, rejections() === sofar + 1);
      const now = await gateway.status();
      trial.must("the old version stays", now.flags.version === before && now.routes[0]?.stage === "cutover");
    }
    const audit = readFileSync(join(gateway.data, "audit.ndjson"), "utf8").split("\n");
    const problems = audit.filter((line) => /"problem":"/.test(line)).length;
    trial.must(`one line of the audit log for each: ${problems}`, problems === documents.length);
    put(flagsText("legacy"));
    const taken = await eventually(async () => (await gateway.status()).routes[0]?.stage === "legacy");
    trial.must("a good one is taken up", taken !== null);
    const tally = await asking.stop();
    trial.must(`nothing failed: ${tally.text}`, tally.only(200));
    trial.figure(
      `${documents.length} documents: ${documents.length} log lines, ${problems} audit lines, old version kept; ${tally.text}`,
    );
  },
};

export const flagScenarios: readonly Scenario[] = [atBoot, later, bad];
