import { appendFile, mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint, readCheckpoint, type Commit } from "../../../gateway/replay/checkpoint.ts";
import { memoryStore } from "../../../gateway/store/memory.ts";
import { replay } from "../../../gateway/replay/replay.ts";
import { anEntry, corpusOf } from "./entries.ts";
import { itemRoutes, startReplaying, startSide } from "./replaying.ts";

const head = {
  run: "r",
  startedAt: 1,
  terms: { corpus: "c", shard: "1/1", seed: 1, includeUnsafe: false },
};
const commit = (...counted: string[]): Commit => ({
  counted,
  outcomes: { match: counted.length },
  batches: [],
});

describe("a checkpoint", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "banyan-checkpoint-"));
    path = join(folder, "new", "run.ndjson");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const read = async () => {
    const commits: Commit[] = [];
    const found = await readCheckpoint(path, async (one) => void commits.push(one));
    return { head: found, commits };
  };
  const write = async (isNew: boolean, ...commits: Commit[]) => {
    const checkpoint = await openCheckpoint(path, head, isNew);
    for (const one of commits) await checkpoint.add(one);
    await checkpoint.close();
  };

  it("gives back what was added, in order", async () => {
    expect(await read()).toEqual({ head: null, commits: [] });
    await write(true, commit("a", "\u2028\n"), commit("b"));
    await write(false, commit("c"));
    expect(await read()).toMatchObject({
      head,
      commits: [commit("a", "\u2028\n"), commit("b"), commit("c")],
    });
  });

  it("never had what was cut off, wherever it was cut", async () => {
    await write(true, commit("a"), commit("b"));
    const { length } = await readFile(path);
    for (const cut of [1, 2, 20]) {
      await truncate(path, length - cut);
      expect((await read()).commits).toEqual([commit("a")]);
      await write(false, commit("c"));
      expect((await read()).commits).toEqual([commit("a"), commit("c")]);
      await write(true, commit("a"), commit("b"));
    }
    await truncate(path, 5);
    expect(await read()).toEqual({ head: null, commits: [] });
  });

  it("is refused where a line in its middle is none", async () => {
    await write(true, commit("a"));
    await appendFile(path, "{}\n");
    await expect(read()).rejects.toThrow("run.ndjson:3 is no checkpoint of a replay: remove the file");
  });

  it("fills a store that has lost everything with all that was seen", async () => {
    await using side = await startSide((req, res) => void res.end(req.headers["x-banyan-shadow"]));
    await using other = await startSide((_, res) => void res.end("other"));
    const routes = itemRoutes(side.url, other.url);
    const entries = Array.from({ length: 300 }, (_, n) => anEntry(`e${n}`));
    await using before = await startReplaying(routes);
    await replay(corpusOf(entries), before, { checkpoint: path });
    await using after = await startReplaying(routes, memoryStore());
    await replay(corpusOf(entries), after, { checkpoint: path });
    expect(await after.store.summaries({})).toEqual(await before.store.summaries({}));
    expect(await after.store.samples({})).toEqual(await before.store.samples({}));
  });

  it("comes before the store, which refuses: nothing is lost with it", async () => {
    await using side = await startSide((_, res) => void res.end("1"));
    await using parts = await startReplaying(itemRoutes(side.url, side.url));
    const store = { append: () => Promise.reject(new Error("disk full")) };
    const entries = Array.from({ length: 600 }, (_, n) => anEntry(`e${n}`));
    const failing = replay(corpusOf(entries), { ...parts, store }, { checkpoint: path });
    await expect(failing).rejects.toThrow("disk full");
    const { commits } = await read();
    expect(commits).toHaveLength(1);
    expect(commits[0]!.counted.length).toBeLessThanOrEqual(250);
    const { outcomes } = await replay(corpusOf(entries), parts, { checkpoint: path });
    expect(outcomes).toEqual({ match: 600 });
    const [summary] = await parts.store.summaries({});
    expect(summary!.counts.compared).toBe(600);
  });
});
