import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { StoreError, type Batch, type EvidenceStore } from "../../../gateway/store/evidence-store.ts";
import { evidenceWriter, type EvidenceWriter } from "../../../gateway/store/evidence-writer.ts";
import { memoryStore } from "../../../gateway/store/memory.ts";
import { AT, filed, increment, KEY } from "../../contract/evidence-store-examples.ts";

/** A store in memory that fails as long as the test wants it to. */
function failingStore() {
  const inside = memoryStore();
  const calls: { append: Batch[]; started: number; forgotten: number } = {
    append: [],
    started: 0,
    forgotten: 0,
  };
  const store: EvidenceStore = {
    ...inside,
    async start() {
      calls.started += 1;
      if (state.startFails) throw new StoreError("cannot start", { mayPass: true });
    },
    async append(batch) {
      calls.append.push(batch);
      if (state.failure?.when === "before") throw state.failure.error;
      await inside.append(batch);
      if (state.failure?.when === "after") throw state.failure.error;
    },
    async forget(retention, now) {
      calls.forgotten += 1;
      return inside.forget(retention, now);
    },
  };
  const state: { startFails: boolean; failure: { when: "before" | "after"; error: Error } | null } = {
    startFails: false,
    failure: null,
  };
  return { store, calls, state };
}

const DOWN = new StoreError("the store is down", { mayPass: true });
const retention = { countsForMs: 1e12, samplesForMs: 1e12, samplesMaxBytes: 1e9 };
let writer: EvidenceWriter | undefined;
afterEach(() => writer?.close());

function start(store: EvidenceStore, more: Partial<Parameters<typeof evidenceWriter>[1]> = {}) {
  const lost: [string, { pairs: number; samples: number }][] = [];
  const trouble: (string | null)[] = [];
  writer = evidenceWriter(store, {
    clock: systemClock,
    retention,
    flushMs: 5,
    closeMs: 500,
    onLost: (reason, counts) => void lost.push([reason, counts]),
    onTrouble: (problem) => void trouble.push(problem),
    ...more,
  });
  return { writer, lost, trouble };
}
const compared = async (store: EvidenceStore) =>
  (await store.summaries({})).reduce((sum, { counts }) => sum + counts.compared, 0);

describe("the writer", () => {
  it("starts the store and writes what it is given, merged", async () => {
    const { store, calls } = failingStore();
    const { writer: evidence } = start(store);
    for (let i = 0; i < 1_000; i++) evidence.record(increment(), i === 0 ? filed().sample : null);
    await vi.waitFor(async () => expect(await compared(store)).toBe(1_000));
    expect(calls.append).toHaveLength(1);
    expect(calls.append[0]!.increments).toHaveLength(1);
    expect(await store.samples({})).toHaveLength(1);
  });

  it("files samples under the groups of their increment", async () => {
    const { store } = failingStore();
    const { writer: evidence } = start(store);
    const group = { at: "body/*/x", kind: "type" as const, pairs: 1, ignoredPairs: 0, example: null };
    evidence.record(increment({ groups: [group] }), filed().sample);
    await evidence.close();
    expect(await store.samples({ at: "body/*/x", kind: "type" })).toHaveLength(1);
  });

  it("counts copies that were not made", async () => {
    const { store } = failingStore();
    const { writer: evidence } = start(store);
    evidence.dropped(KEY, "busy");
    evidence.dropped(KEY, "busy");
    await evidence.close();
    expect((await store.summaries({}))[0]!.dropped).toEqual({ busy: 2 });
  });

  it("keeps on counting while the store is down, says so once, and says when it is back", async () => {
    const { store, calls, state } = failingStore();
    const { writer: evidence, trouble, lost } = start(store);
    state.failure = { when: "before", error: DOWN };
    evidence.record(increment(), null);
    await vi.waitFor(() => expect(calls.append.length).toBeGreaterThan(2));
    for (let i = 0; i < 100; i++) evidence.record(increment(), null);
    expect(trouble).toEqual(["the store is down"]);
    state.failure = null;
    await vi.waitFor(async () => expect(await compared(store)).toBe(101), { timeout: 5_000 });
    expect(trouble).toEqual(["the store is down", null]);
    expect(lost).toEqual([]);
  });

  it("sends the same batch again when it cannot know whether it was written, and counts it once", async () => {
    const { store, calls, state } = failingStore();
    const { writer: evidence } = start(store);
    state.failure = { when: "after", error: DOWN };
    evidence.record(increment(), null);
    await vi.waitFor(() => expect(calls.append.length).toBeGreaterThan(2));
    state.failure = null;
    evidence.record(increment(), null);
    await vi.waitFor(async () => expect(await compared(store)).toBe(2), { timeout: 5_000 });
    expect(new Set(calls.append.map(({ id }) => id)).size).toBe(2);
  });

  it("starts a store that is down at first as soon as it is there", async () => {
    const { store, calls, state } = failingStore();
    state.startFails = true;
    const { writer: evidence, trouble } = start(store);
    evidence.record(increment(), null);
    await vi.waitFor(() => expect(calls.started).toBeGreaterThan(1));
    expect(calls.append).toEqual([]);
    state.startFails = false;
    await vi.waitFor(async () => expect(await compared(store)).toBe(1), { timeout: 5_000 });
    expect(trouble).toEqual(["cannot start", null]);
  });

  it("gives up a batch that the store refuses for what it is, and goes on", async () => {
    const { store, state } = failingStore();
    const { writer: evidence, lost } = start(store);
    state.failure = { when: "before", error: new StoreError("not with me") };
    evidence.record(increment(), filed().sample);
    await vi.waitFor(() => expect(lost).toEqual([["refused", { pairs: 1, samples: 1 }]]));
    state.failure = null;
    evidence.record(increment(), null);
    await vi.waitFor(async () => expect(await compared(store)).toBe(1), { timeout: 5_000 });
  });

  it("lets the oldest samples go when too many wait, and counts all the same", async () => {
    const { store } = failingStore();
    const { writer: evidence, lost } = start(store, { maxSampleBytes: 25_000, flushMs: 200 });
    const samples = Array.from({ length: 5 }, (_, i) =>
      filed({ at: AT + i, request: { method: "PUT", target: "/", headers: [], body: Buffer.alloc(10_000) } }),
    );
    for (const { sample } of samples) evidence.record(increment(), sample);
    await vi.waitFor(async () => expect(await compared(store)).toBe(5));
    expect((await store.samples({})).map(({ at }) => at)).toEqual([AT + 4, AT + 3]);
    expect(lost).toEqual([["too many samples", { pairs: 0, samples: 3 }]]);
  });

  it("takes no more keys than it may, and says what was lost", async () => {
    const { store } = failingStore();
    const { writer: evidence, lost } = start(store, { maxKeys: 3, flushMs: 100 });
    for (let i = 0; i < 10; i++)
      evidence.record(increment({ key: { ...KEY, functionVersion: `${i}` } }), null);
    await vi.waitFor(() => expect(lost).toEqual([["too many keys", { pairs: 7, samples: 0 }]]));
    expect(await compared(store)).toBe(3);
  });

  it("writes a large backlog in batches", async () => {
    const { store, calls } = failingStore();
    const { writer: evidence } = start(store);
    for (let i = 0; i < 1_000; i++)
      evidence.record(increment({ key: { ...KEY, functionVersion: `${i}` } }), null);
    await evidence.close();
    expect(await compared(store)).toBe(1_000);
    expect(calls.append.map(({ increments }) => increments.length)).toEqual([200, 200, 200, 200, 200]);
  });

  it("writes what is pending when it is closed, and takes nothing more", async () => {
    const { store } = failingStore();
    const { writer: evidence } = start(store, { flushMs: 60_000 });
    evidence.record(increment(), null);
    await evidence.close();
    evidence.record(increment(), null);
    expect(await compared(store)).toBe(1);
  });

  it("gives up at its deadline when the store is down, and says what is lost", async () => {
    const { store, state } = failingStore();
    const { writer: evidence, lost } = start(store, { flushMs: 60_000, closeMs: 50 });
    state.failure = { when: "before", error: DOWN };
    evidence.record(increment(), filed().sample);
    await evidence.close();
    expect(lost).toEqual([["closed", { pairs: 1, samples: 1 }]]);
  });

  it("is closed in time by a store that never answers", async () => {
    const { store } = failingStore();
    const { writer: evidence, lost } = start(
      { ...store, append: () => new Promise(() => undefined) },
      { closeMs: 50 },
    );
    evidence.record(increment(), null);
    await evidence.close();
    expect(lost).toEqual([["closed", { pairs: 1, samples: 0 }]]);
  });

  it("has the store forget once it is started and then from time to time", async () => {
    const { store, calls } = failingStore();
    start(store, { forgetEveryMs: 20 });
    await vi.waitFor(() => expect(calls.forgotten).toBeGreaterThan(2));
  });
});
