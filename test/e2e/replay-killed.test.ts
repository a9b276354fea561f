import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqliteStore } from "../../gateway/store/sqlite.ts";
import { numberedVisitsServer, SESSIONS, STEPS } from "../unit/replay/numbered-visits.ts";
import { startSide } from "../unit/replay/replaying.ts";

const PROCESS = resolve(import.meta.dirname, "../unit/replay/replay-process.ts");
const ALL = SESSIONS * STEPS;

/** One step of one session in five. */
const isWrong = (target: string) => /\/\d*[05]-7$/.test(target);
const WRONG = SESSIONS / 5;

describe("a replay that is killed", () => {
  const owned = new AsyncDisposableStack();
  let folder: string;
  let urls: string[];
  let onRequest = () => {};
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "banyan-replay-"));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const theFunction = numberedVisitsServer("f", isWrong);
    const counting = (req: IncomingMessage, res: ServerResponse) => {
      onRequest();
      theFunction(req, res);
    };
    const legacy = owned.use(await startSide(numberedVisitsServer("l", () => false)));
    urls = [legacy.url, owned.use(await startSide(counting)).url];
  });
  afterAll(() => owned.disposeAsync());

  /** Runs it; kills it once the function was asked that often. Resolves with what it printed. */
  const run = async (name: string, killAfter = Infinity) => {
    const files = [join(folder, `${name}.ndjson`), join(folder, `${name}.db`)];
    const child = spawn(process.execPath, [PROCESS, ...urls, ...files], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let asked = 0;
    onRequest = () => {
      asked += 1;
      if (asked === killAfter) child.kill("SIGKILL");
    };
    const [printed] = await Promise.all([text(child.stdout), once(child, "exit")]);
    return { printed, asked, signal: child.signalCode };
  };
  const evidence = async (name: string) => {
    const store = sqliteStore({ file: join(folder, `${name}.db`) });
    await store.start();
    const [summary, ...others] = await store.summaries({});
    await store.close();
    expect(others).toEqual([]);
    const { counts, coverage, noise, groups } = summary!;
    const causes = groups.map(({ at, kind, pairs }) => ({ at, kind, pairs }));
    return { counts, coverage, causes, triples: noise.find(({ at }) => at === "**")!.triples };
  };

  it("ends, taken up again, with the counts of one that was not", { timeout: 180_000 }, async () => {
    const once = await run("whole");
    expect(once.asked).toBe(ALL);
    const outcomes = JSON.parse(once.printed) as unknown;

    const killed = [await run("killed", 400), await run("killed", 700)];
    expect(killed.map(({ signal }) => signal)).toEqual(["SIGKILL", "SIGKILL"]);
    const last = await run("killed");
    expect(JSON.parse(last.printed)).toEqual(outcomes);
    // Sessions were cut in half, so some requests were sent again.
    expect(killed.reduce((sum, { asked }) => sum + asked, last.asked)).toBeGreaterThan(ALL);

    const whole = await evidence("whole");
    expect(await evidence("killed")).toEqual(whole);
    expect(whole.counts).toMatchObject({ compared: ALL, mismatched: SESSIONS + WRONG });
    // What had come to its end has nothing left to send.
    expect(await run("killed")).toMatchObject({ asked: 0, printed: last.printed });
    expect(await evidence("killed")).toEqual(whole);
    expect(whole.coverage).toEqual({ "GET 200 application/json": ALL });
  });
});
