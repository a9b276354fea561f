import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { verifyAudit } from "../../../gateway/audit/verify.ts";
import type { Diffs } from "../../../gateway/admin/contract.ts";
import { ask, steadily, type Tally } from "../asking.ts";
import { startGateway } from "../gateway-process.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs } from "../trial.ts";
import { evidence, shadowed } from "./shadowed.ts";

const sigkill: Scenario = {
  number: "F17",
  fault: "SIGKILL under load",
  hold: "only requests in flight and about 1 s of evidence are lost; the store opens without repair, the audit log verifies",
  async run(trial) {
    const clients = 8;
    const { start } = await shadowed(trial);
    let flips = 0;
    const lostMs: number[] = [];
    let [lostPairs, lostRequests] = [0, 0];
    const kills = trial.pick(1, 5);
    for (let kill = 0; kill < kills; kill++) {
      const gateway = await start();
      const before = (await evidence(gateway)).compared;
      const asking = steadily(() => ({ port: gateway.port, path: "/slow?ms=30" }), clients, 20);
      const wish = { route: "shadowed", reason: "a trial", force: true };
      for (const stage of ["legacy", "shadow"]) {
        if ((await gateway.operate("/api/flip", { ...wish, stage })) === 200) flips += 1;
      }
      await eventually(async () => (await evidence(gateway)).compared > before);
      await pause(Math.random() * 1_000);
      const { compared: counted } = (await gateway.status()).routes[0]!.traffic!.shadow;
      const made = Object.values(counted).reduce((sum, n) => sum + n, 0);
      const killedAt = Date.now();
      // Nobody asks anew: whoever gets no answer was in flight.
      const over = asking.stop();
      gateway.signal("SIGKILL");
      await gateway.exited;
      const asked = await over;
      trial.must(`others are answered: ${asked.text}`, asked.only(200, "lost", "cut"));
      const lostHere = asked.all.length - asked.count(200);
      trial.must(`only what was in flight is lost: ${lostHere}`, lostHere <= clients);
      lostRequests += lostHere;

      const db = new DatabaseSync(join(gateway.data, "evidence.db"));
      const whole = db.prepare("PRAGMA integrity_check").get()!["integrity_check"];
      db.close();
      trial.must("the file is whole", whole === "ok");
      const verdict = await verifyAudit(join(gateway.data, "audit.ndjson"));
      trial.must(`the audit log verifies: ${JSON.stringify(verdict)}`, verdict.holds);
      const next = await start();
      // Its store is opened a moment after it listens.
      await eventually(async () => (await evidence(next)).compared > 0);
      const answer = await fetch(`http://127.0.0.1:${next.adminPort}/api/diffs`);
      const [stored] = ((await answer.json()) as Diffs).evidence;
      trial.must("the store opens", !next.log.some(({ msg }) => msg?.startsWith("the evidence store fails")));
      const lost = before + made - (stored?.counts.compared ?? 0);
      trial.must(`not all is lost: ${lost} of ${made}`, made === 0 || lost < made);
      lostPairs += Math.max(0, lost);
      lostMs.push(killedAt - Date.parse(stored?.lastAt ?? ""));
      next.signal("SIGTERM");
      await next.exited;
    }
    const audit = readFileSync(join(trial.folder, "gateway/data/audit.ndjson"), "utf8");
    const madeFlips = audit.split("\n").filter((line) => line.includes('"kind":"made"')).length;
    trial.must(`every flip that was answered is there: ${madeFlips} of ${flips}`, madeFlips >= flips);
    trial.figure(
      `${kills} kills, ${clients} clients: ${lostRequests} requests in flight lost, no others; newest stored pair ${Math.round(Math.max(...lostMs))} ms old at most, ${lostPairs} pairs lost; ${madeFlips} of ${flips} flips in the audit log`,
    );
  },
};

const DEADLINE_MS = 1_500;

const stalls: Scenario = {
  number: "F24",
  fault: "the gateway stands still (SIGSTOP, a busy event loop), or legacy does",
  hold: "it goes on by itself; answers that came meanwhile are not taken for timeouts",
  async run(trial) {
    const legacy = fork(join(import.meta.dirname, "../monolith.ts"));
    const ended = once(legacy, "exit");
    trial.defer(() => (legacy.kill("SIGKILL"), ended));
    const [port] = (await once(legacy, "message")) as [number];
    // Its own deadline is shorter than each stall.
    const config = `legacy: { url: "http://127.0.0.1:${port}", timeout: ${DEADLINE_MS}ms }`;
    const gateway = await startGateway(trial, { config });
    const question = () => ({ port: gateway.port, path: "/slow?ms=30" });
    const stall = async (name: string, begin: () => unknown, end: () => unknown, ms: number) => {
      const asking = steadily(question, 8, 5);
      // All of them have a connection that goes through to legacy by now.
      await eventually(() => asking.tally.all.length >= 32);
      begin();
      await pause(ms);
      end();
      const before = asking.tally.all.length;
      const on = await eventually(() => asking.tally.all.length > before + 16);
      const tally = await asking.stop();
      trial.must(`${name}: it goes on`, on !== null && (await ask(question())).outcome === 200);
      trial.figure(`${name}: ${tally.text}`);
      return tally;
    };
    const ms = 1.6 * DEADLINE_MS;
    const stopped = await stall(
      "gateway stopped",
      () => gateway.signal("SIGSTOP"),
      () => gateway.signal("SIGCONT"),
      ms,
    );
    trial.must(`answers are not taken for timeouts: ${stopped.text}`, isFine(stopped));
    const busy = await stall(
      "busy event loop",
      () => void gateway.inside({ do: "stall", ms }),
      () => undefined,
      ms,
    );
    trial.must(`answers are not taken for timeouts: ${busy.text}`, isFine(busy));
    const frozen = await stall(
      "legacy stopped",
      () => legacy.kill("SIGSTOP"),
      () => legacy.kill("SIGCONT"),
      ms,
    );
    trial.must(`504 or an answer: ${frozen.text}`, frozen.only(200, 504) && frozen.count(504) > 0);
    trial.figure(`${inMs(ms)} each, deadline ${DEADLINE_MS} ms`);
  },
};

/** A request that had not reached legacy when all stood still is rightly late; of eight clients that is one now and then. */
const isFine = (tally: Tally) => tally.only(200, 504) && tally.count(504) <= 2;

export const processScenarios: readonly Scenario[] = [sigkill, stalls];
