import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WHOLE_ANSWER } from "../../../gateway/diff/noise.ts";
import { replay, type ReplayOptions } from "../../../gateway/replay/replay.ts";
import type { CorpusEntry } from "../../../gateway/corpus/corpus.ts";
import { memoryStore } from "../../../gateway/store/memory.ts";
import type { EvidenceStore, Summary } from "../../../gateway/store/evidence-store.ts";
import { anEntry, corpusOf, type EntryParts } from "./entries.ts";
import { itemRoutes, startReplaying, startSide } from "./replaying.ts";

type Answering = (req: IncomingMessage, res: ServerResponse) => void;

const asItIs: Answering = (req, res) =>
  void res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ asked: req.url }));

/** Every tenth item is another one. */
const aTenthWrong: Answering = (req, res) => {
  const asked = req.url!.endsWith("0") ? "something else" : req.url;
  res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ asked }));
};

const items = (count: number, more: (n: number) => EntryParts = () => ({})) =>
  Array.from({ length: count }, (_, n) =>
    anEntry(`e${n}`, { ...more(n), request: { target: `/items/${n}` } }),
  );

describe("a replay", () => {
  let owned: AsyncDisposableStack;
  let folder: string;
  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    folder = await mkdtemp(join(tmpdir(), "banyan-replay-"));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
  });
  afterEach(() => owned.disposeAsync());

  const asked: { side: string; req: IncomingMessage }[] = [];
  beforeEach(() => void asked.splice(0));
  const start = async (
    legacy: Answering,
    theFunction: Answering,
    { secondary = 0, store = memoryStore() } = {},
  ) => {
    const side = async (name: string, answer: Answering) =>
      owned.use(
        await startSide((req, res) => {
          if (req.url !== "/") asked.push({ side: name, req });
          answer(req, res);
        }),
      );
    const [a, b] = [await side("legacy", legacy), await side("function", theFunction)];
    return owned.use(await startReplaying(itemRoutes(a.url, b.url, secondary), store));
  };
  const run = async (
    entries: CorpusEntry[],
    legacy: Answering,
    theFunction: Answering,
    options: ReplayOptions = {},
  ) => replay(corpusOf(entries), await start(legacy, theFunction), options);
  const countsIn = async (store: EvidenceStore) => counted(await store.summaries({}));

  it("asks both sides for each entry, and remembers what came of it", async () => {
    const parts = await start(asItIs, aTenthWrong);
    const result = await replay(corpusOf(items(50)), parts);
    expect(result).toMatchObject({ entries: 50, outcomes: { match: 45, mismatch: 5 }, stopped: null });
    expect(await countsIn(parts.store)).toMatchObject({ compared: 50, mismatched: 5 });
    const [sample] = await parts.store.samples({});
    expect(sample!.id).toContain(result.run);
    expect(asked.filter(({ side }) => side === "legacy")).toHaveLength(50);
  });

  it("leaves out what it may not or cannot send, and says how much of what", async () => {
    const entries = [
      anEntry("read"),
      anEntry("write", { request: { method: "POST" } }),
      anEntry("cut", { request: { isWhole: false } }),
      anEntry("elsewhere", { request: { target: "/other" } }),
      anEntry("dots", { request: { target: "/items/../secret" } }),
      anEntry("signed in", { request: { headers: ["Authorization", "Bearer redacted:abcdefghijkl"] } }),
    ];
    const { outcomes } = await run(entries, asItIs, asItIs);
    expect(outcomes).toEqual({
      match: 1,
      unsafe: 1,
      "not-whole": 1,
      "no-route": 1,
      "bad-target": 1,
      redacted: 1,
    });
    expect(asked).toHaveLength(2);
  });

  it("sends writes, whole and unmarked, when it is told to", async () => {
    const echo: Answering = (req, res) =>
      void req
        .toArray()
        .then((body) => res.end(`${String(req.headers["x-banyan-shadow"])} ${body.join("")}`));
    const body = Buffer.from('{"sku":"A"}');
    const entries = [anEntry("w", { request: { method: "PUT", headers: ["Content-Length", "999"], body } })];
    const parts = await start(echo, (req, res) => void req.resume().on("end", () => res.end("no")));
    expect((await replay(corpusOf(entries), parts, { includeUnsafe: true })).outcomes).toEqual({
      mismatch: 1,
    });
    const [sample] = await parts.store.samples({});
    expect(sample!.primary).toMatchObject({ body: { bytes: Buffer.from('undefined {"sku":"A"}') } });
  });

  it("gives each side fields of its own", async () => {
    const entries = [
      anEntry("a", { request: { headers: ["Authorization", "Bearer redacted:abcdefghijkl"] } }),
    ];
    const headers = { legacy: { authorization: "one" }, function: { authorization: "two", "x-more": "3" } };
    await run(entries, asItIs, asItIs, { headers });
    expect(asked.map(({ side, req }) => [side, req.headers.authorization])).toEqual([
      ["legacy", "one"],
      ["function", "two"],
    ]);
  });

  it("takes a function that fails for evidence", async () => {
    const parts = await start(asItIs, (_, res) => void res.destroy());
    expect((await replay(corpusOf(items(3)), parts)).outcomes).toEqual({ mismatch: 3 });
    expect(await countsIn(parts.store)).toMatchObject({ onlyCandidateFailed: 3 });
  });

  it("asks legacy a second time, before or after the function, as the seed says", async () => {
    const ids = items(40);
    const orders = async (seed: number) => {
      asked.splice(0);
      const parts = await start(asItIs, asItIs, { secondary: 50 });
      await replay(corpusOf(ids), parts, { seed, concurrency: 1 });
      return asked.map(({ side, req }) => `${side} ${req.url}`);
    };
    const first = await orders(1);
    expect(await orders(1)).toEqual(first);
    expect(await orders(2)).not.toEqual(first);
    expect(first.length).toBeGreaterThan(80 + 8);
    expect(first.length).toBeLessThan(80 + 32);
    const sides = first.map((line) => line.split(" ")[0]).join(" ");
    expect(sides).toContain("legacy legacy function");
    expect(sides).toContain("legacy function legacy");
  });

  it("says so before anything is sent when legacy cannot be reached", async () => {
    const gone = await startSide(asItIs);
    const other = owned.use(await startSide((req) => void asked.push({ side: "function", req })));
    const parts = owned.use(await startReplaying(itemRoutes(gone.url, other.url)));
    await gone[Symbol.asyncDispose]();
    const refused = replay(corpusOf(items(3)), parts);
    await expect(refused).rejects.toThrow("cannot reach legacy");
    await expect(refused).rejects.toMatchObject({ kind: "cannot-reach" });
    expect(asked).toEqual([]);
  });

  it("stops when legacy goes away, and goes on where it was once legacy is back", async () => {
    let isUp = true;
    const legacy: Answering = (req, res) => {
      if (req.url === "/items/30") isUp = false;
      return isUp || req.url === "/" ? asItIs(req, res) : void res.destroy();
    };
    const checkpoint = join(folder, "run.ndjson");
    const parts = await start(legacy, aTenthWrong);
    const options = { checkpoint, concurrency: 1, legacyFailuresInARow: 5 };
    const first = await replay(corpusOf(items(100)), parts, options);
    expect(first.stopped).toBe("legacy-gone");
    expect(first.outcomes).toEqual({ match: 27, mismatch: 3, "legacy-failed": 5 });
    const back = owned.use(await startSide(asItIs));
    const other = owned.use(await startSide(aTenthWrong));
    const again = owned.use(await startReplaying(itemRoutes(back.url, other.url), parts.store));
    const second = await replay(corpusOf(items(100)), again, options);
    expect(second).toMatchObject({ run: first.run, outcomes: { match: 90, mismatch: 10 }, stopped: null });
    expect(await countsIn(parts.store)).toMatchObject({ compared: 100, mismatched: 10 });
  });

  it("stops when it is told to, and finishes what is under way", async () => {
    const stop = new AbortController();
    const legacy: Answering = (req, res) => {
      if (req.url === "/items/20") stop.abort();
      asItIs(req, res);
    };
    const { outcomes, stopped } = await run(items(500), legacy, asItIs, {
      signal: stop.signal,
      concurrency: 4,
    });
    expect(stopped).toBe("aborted");
    expect(outcomes["match"]).toBe(asked.filter(({ side }) => side === "function").length);
    expect(outcomes["match"]).toBeLessThan(30);
  });

  it("counts the same in shards as in one piece", async () => {
    const entries = items(400, (n) => (n % 3 === 0 ? {} : { session: `s${n % 50}` }));
    const whole = await start(asItIs, aTenthWrong, { secondary: 30 });
    await replay(corpusOf(entries), whole);
    const sharded = memoryStore();
    const parts = [];
    for (const index of [1, 2, 3]) {
      const shard = { index, of: 3 };
      parts.push(
        await replay(corpusOf(entries), await start(asItIs, aTenthWrong, { secondary: 30, store: sharded }), {
          shard,
        }),
      );
    }
    expect(parts.every((part) => part.entries > 50)).toBe(true);
    expect(await countsIn(sharded)).toEqual(await countsIn(whole.store));
    expect(await causesIn(sharded)).toEqual(await causesIn(whole.store));
  });

  it("refuses a checkpoint of another corpus, of other terms, and one that is none", async () => {
    const parts = await start(asItIs, asItIs);
    const checkpoint = join(folder, "run.ndjson");
    await replay(corpusOf(items(5)), parts, { checkpoint });
    const withTerms = (entries: CorpusEntry[], more: ReplayOptions) =>
      replay(corpusOf(entries), parts, { checkpoint, ...more });
    await expect(withTerms(items(6), {})).rejects.toThrow("another corpus");
    await expect(withTerms(items(5), { seed: 2 })).rejects.toThrow("another seed");
    await expect(withTerms(items(5), { includeUnsafe: true })).rejects.toThrow("another includeUnsafe");
    const none = withTerms(items(5), { checkpoint: import.meta.filename });
    await expect(none).rejects.toThrow("replay.test.ts:1 is no checkpoint");
    await expect(none).rejects.toMatchObject({ kind: "bad-checkpoint" });
    const late = { ...parts, clock: { ...parts.clock, now: () => Date.now() + 25 * 3_600_000 } };
    await expect(replay(corpusOf(items(5)), late, { checkpoint })).rejects.toThrow("older than a day");
    expect(asked).toHaveLength(10);
  });

  it("tells how far it has come", async () => {
    const told: number[] = [];
    await run(items(30), asItIs, asItIs, { onProgress: ({ done, total }) => void told.push(done, total) });
    expect(told.slice(-2)).toEqual([30, 30]);
  });
});

function counted(summaries: readonly Summary[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counts } of summaries)
    for (const [name, n] of Object.entries<number>({ ...counts })) sums[name] = (sums[name] ?? 0) + n;
  return sums;
}

/** All that does not depend on how long answers took. Only the answer as a whole has all triples: see WHOLE_ANSWER. */
async function causesIn(store: EvidenceStore): Promise<unknown> {
  const summaries = await store.summaries({});
  return summaries.map(({ noise, coverage, groups }) => ({
    noise: noise.map(({ triples, ...field }) => [field, field.at === WHOLE_ANSWER && triples]),
    coverage,
    groups: groups.map(({ at, kind, pairs }) => ({ at, kind, pairs })),
  }));
}
