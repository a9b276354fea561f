import cluster from "node:cluster";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { BreakerStatus } from "../breaker/registry.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { DataPath, PathParts, Serving, Workers } from "../data-path.ts";
import type { FlagSnapshot } from "../flags/flag-source.ts";
import { portable } from "../flags/portable-snapshot.ts";
import { redactionKey } from "../judge/redaction-key.ts";
import { routings, type Routings } from "../routing.ts";
import { backOff } from "./back-off.ts";
import { Member } from "./member.ts";
import type { Beginning, FromWorker, ToWorker } from "./messages.ts";
import { PooledRecordings } from "./pooled-recordings.ts";
import { shareOf } from "./share.ts";
import { takeReport } from "./take-report.ts";
import { writeEvidence } from "./write-evidence.ts";

/** The worker as source, or next to this file once that is compiled. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./worker-process.ts" : "./worker-process.js",
  import.meta.url,
);

/** A worker that takes longer to take flags over is ended: nobody may be decided by old ones after a flip is answered. */
const FLAGS_LIMIT_MS = 5_000;
/** A worker that takes longer to report is not waited for. */
const REPORT_LIMIT_MS = 1_000;
/** Beyond the limits of a drain: the last evidence, and the end of the process. */
const END_LIMIT_MS = 10_000;
/** Workers that end one after another before they listen; then another one would do so as well. */
const FAILED_STARTS = 3;

/** Clients are answered by several processes, and this one, the primary, has everything that there is once. */
export async function workerPool(parts: PathParts): Promise<DataPath> {
  // While one worker made it, another might read it half written.
  await redactionKey(join(parts.settings.dataFolder, "redaction-key"));
  return new WorkerPool(parts);
}

class WorkerPool implements DataPath {
  readonly recordings: PooledRecordings;
  readonly #parts: PathParts;
  readonly #members = new Set<Member>();
  /** Asks nobody: it has the table, and keeps functions warm for all workers. */
  readonly #routing: Routings;
  readonly #backOff: () => number;
  readonly #allListen = Promise.withResolvers<number>();
  readonly #brokeDown = Promise.withResolvers<Error>();
  #config: GatewayConfig;
  #toldFlags: FlagSnapshot | null = null;
  #flagsInUse: Promise<unknown> = Promise.resolve();
  #failedStarts = 0;
  #lost = 0;
  #isEnding = false;
  #isRestarting = false;

  constructor(parts: PathParts) {
    this.#parts = parts;
    this.#config = parts.config;
    this.#routing = routings(parts.config, parts);
    this.#backOff = backOff(parts.clock);
    this.recordings = new PooledRecordings(() => this.#members);
  }

  table() {
    return this.#routing.current().table;
  }

  breakers(): readonly BreakerStatus[] {
    return worstLast([...this.#members].flatMap(({ state }) => state.breakers));
  }

  copyBreakers(): readonly BreakerStatus[] {
    return worstLast([...this.#members].flatMap(({ state }) => state.copyBreakers));
  }

  inFlight(): number {
    return [...this.#members].reduce((sum, { state }) => sum + state.inFlight, 0);
  }

  copiesInFlight(): number {
    return [...this.#members].reduce((sum, { state }) => sum + state.copiesInFlight, 0);
  }

  problems(): string[] {
    return [...new Set([...this.#members].flatMap(({ state }) => state.problems))];
  }

  workers(): Workers {
    const { workers: wanted } = this.#parts.settings;
    const processes = [...this.#members].map(({ status }) => status);
    return { wanted, lost: this.#lost, processes: processes.toSorted((a, b) => a.worker - b.worker) };
  }

  reload(config: GatewayConfig): void {
    this.#config = config;
    this.#routing.reload(config);
    const share = shareOf(config, this.#parts.settings.workers);
    for (const member of this.#members) member.tell({ do: "configure", config: share });
  }

  async flagsChanged(): Promise<void> {
    const snapshot = this.#parts.flags.current();
    if (snapshot !== this.#toldFlags) {
      this.#toldFlags = snapshot;
      const flags = portable(snapshot);
      const tooLate = (member: Member) => {
        member.kill(`it did not take flags over within ${FLAGS_LIMIT_MS} ms`);
      };
      this.#flagsInUse = this.#askAll((number) => ({ do: "decide", number, flags }), FLAGS_LIMIT_MS, tooLate);
    }
    await this.#flagsInUse;
  }

  async countsIn(): Promise<void> {
    await this.#askAll(
      (number) => ({ do: "report", number }),
      REPORT_LIMIT_MS,
      () => undefined,
    );
  }

  async serve(): Promise<Serving> {
    cluster.setupPrimary({ exec: fileURLToPath(WORKER), args: [], serialization: "advanced" });
    for (let place = 1; place <= this.#parts.settings.workers; place += 1) this.#add(place);
    const broken = this.#brokeDown.promise;
    const port = await Promise.race([this.#allListen.promise, broken]);
    if (port instanceof Error) throw port;
    return { port, drain: () => this.#drain(), restart: () => void this.#restart(), brokeDown: broken };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    const members = [...this.#members];
    for (const member of members) member.kill();
    await Promise.all(members.map(({ ended }) => ended));
    this.#routing.close();
  }

  #add(place: number): Member {
    const member = new Member(place, this.#parts.clock.now(), (message, from) => this.#hear(message, from));
    this.#members.add(member);
    void member.ended.then((how) => this.#ended(member, how));
    return member;
  }

  #hear(message: FromWorker, from: Member): void {
    switch (message.say) {
      case "up":
        return from.begin(this.#beginning(from));
      case "listening":
        return this.#listens(from, message.port);
      case "cannot-listen":
        from.cannotListen(message.message);
        // At the start, nobody need try again.
        return this.#allListen.reject(new Error(message.message));
      case "counted":
        return takeReport(message.report, from, this.#parts);
      case "evidence":
        return void writeEvidence(message, from, this.#parts.evidence.store, this.#parts.tallies);
      case "recorded":
        return void this.recordings.take(message, from);
      case "done":
        return;
      default:
        return message satisfies never;
    }
  }

  #beginning({ place }: Member): Beginning {
    const { settings, flags, viaName } = this.#parts;
    return {
      worker: place,
      settings,
      config: shareOf(this.#config, settings.workers),
      flags: portable(flags.current()),
      viaName,
      recordings: this.recordings.running(),
    };
  }

  #listens(member: Member, port: number): void {
    member.listens(port);
    this.#failedStarts = 0;
    const answering = [...this.#members].filter(({ isAnswering }) => isAnswering);
    if (answering.length === this.#parts.settings.workers) this.#allListen.resolve(port);
  }

  #ended(member: Member, how: string): void {
    this.#members.delete(member);
    if (member.isToEnd || this.#isEnding) return;
    this.#tellLost(member, how);
    if (member.isSpare) return;
    if (member.port === null) this.#failedStarts += 1;
    const isNobodyLeft = ![...this.#members].some(({ isAnswering }) => isAnswering);
    if (this.#failedStarts >= FAILED_STARTS && isNobodyLeft) {
      const message = `${FAILED_STARTS} workers ended one after another before they listened, the last one because ${how}: the log says more`;
      return this.#brokeDown.resolve(new Error(message));
    }
    setTimeout(() => {
      if (!this.#isEnding) this.#add(member.place);
    }, this.#backOff()).unref();
  }

  #tellLost({ place, pid }: Member, why: string): void {
    this.#lost += 1;
    this.#parts.telemetry.workerLost({ worker: place, pid, why });
  }

  async #askAll(
    question: (number: number) => ToWorker,
    limitMs: number,
    tooLate: (member: Member) => void,
  ): Promise<void> {
    await Promise.all(
      [...this.#members].map(async (member) => {
        const done = member.ask(question);
        if (await isWithin(limitMs, done)) return;
        tooLate(member);
      }),
    );
  }

  /** One place after the other; the first worker that does not get to listen ends it, and those that answer go on. */
  async #restart(): Promise<void> {
    if (this.#isRestarting) return;
    this.#isRestarting = true;
    for (const old of [...this.#members].filter(({ isAnswering }) => isAnswering)) {
      const next = this.#add(old.place);
      // Its end is no loss: the old one is still there.
      next.isSpare = true;
      await Promise.race([next.listening, next.ended]);
      if (this.#isEnding || !next.isAnswering) break;
      next.isSpare = false;
      await this.#finish([old]);
    }
    this.#isRestarting = false;
  }

  async #drain(): Promise<void> {
    this.#isEnding = true;
    await this.#finish([...this.#members]);
  }

  async #finish(members: readonly Member[]): Promise<void> {
    const { drainGraceMs, drainLimitMs } = this.#parts.settings;
    for (const member of members) member.drain();
    const ended = Promise.all(members.map((member) => member.ended));
    if (await isWithin(drainGraceMs + drainLimitMs + END_LIMIT_MS, ended)) return;
    for (const member of members) member.kill();
    await ended;
  }
}

/** Whoever wants to know one state for a breaker of several workers takes the last. */
function worstLast(breakers: readonly BreakerStatus[]): readonly BreakerStatus[] {
  return breakers.toSorted((a, b) => Number(a.state === "open") - Number(b.state === "open"));
}

async function isWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const tooLate = pause(limitMs, false, { signal: over.signal }).catch(() => false);
  const inTime = await Promise.race([work.then(() => true), tooLate]);
  over.abort();
  return inTime;
}
