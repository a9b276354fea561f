import { afterEach, describe, expect, it } from "vitest";
import {
  StoreError,
  type EvidenceStore,
  type FieldNoise,
  type Increment,
  type Retention,
} from "../../gateway/store/evidence-store.ts";
import { NO_COUNTS } from "../../gateway/store/increments.ts";
import { AT, batch, filed, HOUR, increment, KEY } from "./evidence-store-examples.ts";

/** A store with nothing in it, and how to open what it has a second time, where it outlives its process. */
export interface EvidenceStoreSubject {
  readonly store: EvidenceStore;
  readonly again: (() => EvidenceStore) | null;
  readonly cleanUp: () => Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FOREVER: Retention = { countsForMs: 1e12, samplesForMs: 1e12, samplesMaxBytes: 1e12 };

/** What every evidence store promises. */
export function evidenceStoreContract(name: string, make: () => Promise<EvidenceStoreSubject>): void {
  describe(`${name} as an evidence store`, () => {
    let made: EvidenceStoreSubject | undefined;
    let others: EvidenceStore[] = [];
    const started = async () => {
      made = await make();
      await made.store.start();
      return made.store;
    };
    const second = async () => {
      const other = made!.again!();
      others.push(other);
      await other.start();
      return other;
    };
    const write = (store: EvidenceStore, ...increments: Increment[]) => store.append(batch({ increments }));
    const only = async (store: EvidenceStore) => {
      const summaries = await store.summaries({});
      expect(summaries).toHaveLength(1);
      return summaries[0]!;
    };
    afterEach(async () => {
      for (const other of others) await other.close();
      await made?.store.close();
      await made?.cleanUp();
      [made, others] = [undefined, []];
    });

    describe("counts", () => {
      it("knows nothing at first", async () => {
        const store = await started();
        expect(await store.summaries({})).toEqual([]);
        expect(await store.samples({})).toEqual([]);
      });

      it("gives back what was written", async () => {
        const store = await started();
        await write(store, increment({ dropped: { busy: 3 } }));
        const { hour: _hour, ...expected } = increment({ dropped: { busy: 3 } });
        expect(await store.summaries({})).toEqual([expected]);
      });

      it("adds up increments, over batches and within one", async () => {
        const store = await started();
        await write(
          store,
          increment(),
          increment({ coverage: { "GET 404 ": 2 }, primaryDurations: { 12: 4, 20: 1 } }),
        );
        await write(store, increment({ dropped: { busy: 2 }, counts: { ...NO_COUNTS, bothFailed: 5 } }));
        expect(await only(store)).toMatchObject({
          counts: { compared: 2, matched: 2, identical: 2, mismatched: 0, bothFailed: 5 },
          primaryDurations: { 12: 6, 20: 1 },
          candidateDurations: { 14: 3 },
          dropped: { busy: 2 },
          coverage: { "GET 200 application/json": 2, "GET 404 ": 2 },
        });
      });

      it("counts a batch that is written twice once", async () => {
        const store = await started();
        const twice = batch({ increments: [increment()], samples: [filed()] });
        await store.append(twice);
        await store.append(twice);
        await Promise.all([store.append(twice), store.append(twice)]);
        expect((await only(store)).counts.compared).toBe(1);
        expect(await store.samples({})).toHaveLength(1);
      });

      it("still knows a batch after it forgot what is older than a day", async () => {
        const store = await started();
        const twice = batch({ increments: [increment()] });
        await store.append(twice);
        await store.forget(FOREVER, AT + DAY_MS - 1);
        await store.append(twice);
        expect((await only(store)).counts.compared).toBe(1);
      });

      it("keeps keys apart in every part of them", async () => {
        const store = await started();
        const parts = ["routeId", "functionVersion", "legacyBuild", "rulesDigest", "environment"] as const;
        const keys = [
          KEY,
          { ...KEY, candidate: "legacy" as const },
          ...parts.map((part) => ({ ...KEY, [part]: "other" })),
        ];
        await write(store, ...keys.map((key) => increment({ key })));
        const summaries = await store.summaries({});
        expect(summaries.map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
        expect(summaries.map(({ counts }) => counts.compared)).toEqual(keys.map(() => 1));
      });

      it("adds up ratios, those below 0 too", async () => {
        const store = await started();
        await write(store, increment({ ratios: { "-3": 2, 0: 1 } }), increment({ ratios: { "-3": 1 } }));
        expect((await only(store)).ratios).toEqual({ "-3": 3, 0: 1 });
      });

      it("takes no dropped copy and no late count for a pair: they have no part in its times", async () => {
        const store = await started();
        const later = {
          counts: NO_COUNTS,
          hour: HOUR + 5,
          firstAt: AT + 5 * HOUR_MS,
          lastAt: AT + 5 * HOUR_MS,
        };
        await write(store, increment(), increment({ ...later, dropped: { busy: 1 } }));
        expect(await only(store)).toMatchObject({ dropped: { busy: 1 }, firstAt: AT, lastAt: AT });
      });

      it("says when copies were dropped as long as there is no pair", async () => {
        const store = await started();
        await write(store, increment({ counts: NO_COUNTS, dropped: { busy: 1 } }));
        expect(await only(store)).toMatchObject({ counts: NO_COUNTS, firstAt: AT, lastAt: AT });
      });

      it("adds up hours, and has the first and the last moment", async () => {
        const store = await started();
        const later = { hour: HOUR + 5, firstAt: AT + 5 * HOUR_MS, lastAt: AT + 5 * HOUR_MS + 10 };
        await write(store, increment(later), increment());
        expect(await only(store)).toMatchObject({
          counts: { compared: 2 },
          firstAt: AT,
          lastAt: later.lastAt,
        });
      });

      it("gives the newest key first", async () => {
        const store = await started();
        const at = (routeId: string, lastAt: number) => increment({ key: { ...KEY, routeId }, lastAt });
        await write(store, at("a", AT + 1), at("b", AT + 3), at("c", AT + 2));
        expect((await store.summaries({})).map(({ key }) => key.routeId)).toEqual(["b", "c", "a"]);
      });

      it("answers for a route, an environment and whole hours of time", async () => {
        const store = await started();
        const next = { hour: HOUR + 1, firstAt: AT + HOUR_MS, lastAt: AT + HOUR_MS };
        await write(
          store,
          increment(),
          increment(next),
          increment({ key: { ...KEY, routeId: "x", environment: "dev" } }),
        );
        const compared = async (query: Parameters<EvidenceStore["summaries"]>[0]) =>
          (await store.summaries(query)).map(({ counts }) => counts.compared);
        expect(await compared({ routeId: "get-order" })).toEqual([2]);
        expect(await compared({ environment: "dev" })).toEqual([1]);
        expect(await compared({ routeId: "get-order", since: AT + HOUR_MS + 7 })).toEqual([1]);
        expect(await compared({ routeId: "get-order", until: AT + 7 })).toEqual([1]);
        expect(await compared({ since: AT + 2 * HOUR_MS })).toEqual([]);
      });
    });

    describe("groups and noise", () => {
      const group = (pairs: number, shown: string | null, lastAt: number, at = "body/price") =>
        increment({
          lastAt,
          groups: [
            {
              at,
              kind: "value",
              pairs,
              ignoredPairs: pairs - 1,
              example: shown === null ? null : { primary: shown, candidate: null },
            },
          ],
        });
      const noise = (counts: Partial<FieldNoise>, shapes: readonly string[] = []) => {
        const nothing = { triples: 0, onlyCandidate: 0, onlySecondary: 0, both: 0, features: {} };
        return increment({ noise: [{ at: "body/id", ...nothing, ...counts, shapes }] });
      };

      it("adds up groups, with the five newest examples, no two alike", async () => {
        const store = await started();
        await write(store, group(2, null, AT), group(1, "a", AT + 1));
        for (const [i, shown] of ["b", "c", "d", "e", "f", "a", "e"].entries())
          await write(store, group(3, shown, AT + 10 + i));
        const { groups } = await only(store);
        expect(groups).toEqual([
          {
            at: "body/price",
            kind: "value",
            pairs: 24,
            ignoredPairs: 15,
            firstAt: AT,
            lastAt: AT + 16,
            examples: ["e", "a", "f", "d", "c"].map((primary) => ({ primary, candidate: null })),
          },
        ]);
      });

      it("gives the group with the most pairs first, and an earlier time without later examples", async () => {
        const store = await started();
        const later = { hour: HOUR + 1, firstAt: AT + HOUR_MS, lastAt: AT + HOUR_MS };
        await write(store, group(2, "few", AT, "body/a"), group(9, "many", AT, "body/b"));
        await write(store, { ...group(1, "later", AT, "body/b"), ...later });
        const [summary] = await store.summaries({ until: AT + 1 });
        expect(summary!.groups.map(({ at, examples }) => [at, examples[0]?.primary])).toEqual([
          ["body/b", "many"],
          ["body/a", "few"],
        ]);
      });

      it("adds up noise and keeps the shapes that all differing values had", async () => {
        const store = await started();
        await write(store, noise({ triples: 3, both: 2 }, ["uuid", "hex", "text"]));
        await write(
          store,
          noise({ triples: 5 }, []),
          noise({ triples: 2, onlyCandidate: 1 }, ["hex", "text"]),
        );
        expect((await only(store)).noise).toEqual([
          {
            at: "body/id",
            triples: 10,
            onlyCandidate: 1,
            onlySecondary: 0,
            both: 2,
            shapes: ["hex", "text"],
            features: {},
          },
        ]);
        await write(store, noise({ triples: 1, onlyCandidate: 1 }, []));
        expect((await only(store)).noise[0]!.shapes).toEqual([]);
      });

      it("adds up features, each for the side that alone has it", async () => {
        const store = await started();
        const seen = (feature: string, onlyCandidate: number, onlySecondary: number) =>
          noise({ triples: 1, both: 1, features: { [feature]: { onlyCandidate, onlySecondary } } });
        await write(store, seen("uuid", 0, 1), seen("text", 2, 0));
        await write(store, { ...seen("uuid", 1, 3), hour: HOUR + 1 });
        expect((await only(store)).noise[0]).toMatchObject({
          triples: 3,
          features: {
            uuid: { onlyCandidate: 1, onlySecondary: 4 },
            text: { onlyCandidate: 2, onlySecondary: 0 },
          },
        });
      });

      it("takes names that are long, strange or no text at all, and tells them apart", async () => {
        const store = await started();
        const long = "body/".padEnd(5_000, "x");
        const names = [
          `${long}1`,
          `${long}2`,
          "body/\0",
          "body/\ud800",
          "body/'; DROP TABLE hours; --",
          "__proto__",
        ];
        await write(store, ...names.map((at) => group(1, `${at} shown`, AT, at)));
        await write(store, ...names.map((name) => increment({ dropped: Object.fromEntries([[name, 2]]) })));
        const { groups, dropped } = await only(store);
        expect(groups.map(({ pairs }) => pairs)).toEqual(names.map(() => 1));
        expect(Object.values(dropped)).toEqual(names.map(() => 2));
        await store.append(batch({ samples: [{ ...filed(), groups: [{ at: `${long}1`, kind: "value" }] }] }));
        expect(await store.samples({ at: `${long}1`, kind: "value" })).toHaveLength(1);
        expect(await store.samples({ at: `${long}2` })).toHaveLength(0);
      });
    });

    describe("samples", () => {
      it("gives them back byte by byte", async () => {
        const store = await started();
        const one = filed();
        const failed = filed({
          candidate: { kind: "failed", failure: "timeout", durationMs: 3 },
          at: AT - 1,
        });
        await store.append(batch({ samples: [one, failed] }));
        expect(await store.samples({})).toEqual([one.sample, failed.sample]);
      });

      it("finds them by id, group, place, kind, route and time, newest first", async () => {
        const store = await started();
        const [old, other, newest] = [
          filed({ at: AT - HOUR_MS }),
          {
            ...filed({ key: { ...KEY, routeId: "x" }, at: AT + 1 }),
            groups: [{ at: "status", kind: "status" as const }],
          },
          filed({ at: AT + 2 }),
        ];
        await store.append(batch({ samples: [old, newest, other] }));
        const ids = async (query: Parameters<EvidenceStore["samples"]>[0]) =>
          (await store.samples(query)).map(({ id }) =>
            [old, other, newest].findIndex(({ sample }) => sample.id === id),
          );
        expect(await ids({})).toEqual([2, 1, 0]);
        expect(await ids({ limit: 1 })).toEqual([2]);
        expect(await ids({ id: old.sample.id })).toEqual([0]);
        expect(await ids({ at: "body/items/*/price", kind: "value" })).toEqual([2, 0]);
        expect(await ids({ at: "body/items/*/price", kind: "type" })).toEqual([]);
        expect(await ids({ at: "status" })).toEqual([1]);
        expect(await ids({ kind: "value", routeId: "get-order", since: AT + 1 })).toEqual([2]);
        expect(await ids({ routeId: "x" })).toEqual([1]);
        expect(await ids({ until: AT - 1 })).toEqual([0]);
      });

      it("keeps a sample that comes twice once", async () => {
        const store = await started();
        const one = filed();
        await store.append(batch({ samples: [one] }));
        await store.append(batch({ samples: [one, filed()] }));
        expect(await store.samples({})).toHaveLength(2);
      });
    });

    describe("forgetting", () => {
      it("forgets hours and samples by their age", async () => {
        const store = await started();
        const old = { hour: HOUR - 48, firstAt: AT - 48 * HOUR_MS, lastAt: AT - 48 * HOUR_MS };
        const gone = increment({ ...old, key: { ...KEY, routeId: "gone" } });
        await write(store, increment(), increment(old), gone);
        const samples = [filed(), filed({ at: AT - 1 }), filed({ at: AT - DAY_MS })];
        await store.append(batch({ samples }));
        const retention = { countsForMs: DAY_MS, samplesForMs: HOUR_MS, samplesMaxBytes: 1e9 };
        expect(await store.forget(retention, AT + HOUR_MS - 1)).toEqual({ hours: 2, samples: 1 });
        expect((await only(store)).counts.compared).toBe(1);
        expect(await store.samples({})).toHaveLength(2);
        expect(await store.forget(retention, AT + HOUR_MS - 1)).toEqual({ hours: 0, samples: 0 });
      });

      it("forgets the oldest samples over the size", async () => {
        const store = await started();
        const body = Buffer.alloc(10_000, 1);
        const samples = Array.from({ length: 10 }, (_, i) =>
          filed({ at: AT + i, request: { method: "PUT", target: "/", headers: [], body } }),
        );
        await store.append(batch({ samples }));
        expect(await store.forget({ ...FOREVER, samplesMaxBytes: 45_000 }, AT)).toEqual({
          hours: 0,
          samples: 6,
        });
        const kept = samples.slice(6).map(({ sample }) => sample.id);
        expect((await store.samples({})).map(({ id }) => id)).toEqual(kept.toReversed());
      });
    });

    describe("failing and starting again", () => {
      it("writes all of a batch or nothing", async () => {
        const store = await started();
        const broken = increment({ counts: { ...NO_COUNTS, compared: Number.NaN } });
        const bad = batch({ increments: [increment({ hour: HOUR + 1 }), broken], samples: [filed()] });
        await expect(store.append(bad)).rejects.toThrow(StoreError);
        expect(await store.summaries({})).toEqual([]);
        expect(await store.samples({})).toEqual([]);
        await store.append({ ...bad, increments: [increment()] });
        expect((await only(store)).counts.compared).toBe(1);
      });

      it("has it all when it is opened again, and adds to it", async (context) => {
        const store = await started();
        context.skip(made!.again === null);
        const written = batch({ increments: [increment()], samples: [filed()] });
        await store.append(written);
        await store.close();
        const other = await second();
        await other.append(written);
        await write(other, increment());
        expect((await only(other)).counts.compared).toBe(2);
        expect(await other.samples({})).toHaveLength(1);
      });

      it("adds up exactly what two write at the same time", async (context) => {
        const store = await started();
        context.skip(made!.again === null);
        const other = await second();
        const groups = Array.from({ length: 20 }, (_, i) => group20(i));
        const rounds = Array.from({ length: 40 }, (_, i) => {
          const keys = i % 2 === 0 ? [1, 2, 3] : [3, 2, 1];
          const increments = keys.map((key) => increment({ key: { ...KEY, routeId: `r${key}` }, groups }));
          return (i % 4 < 2 ? store : other).append(batch({ increments }));
        });
        await Promise.all(rounds);
        const summaries = await second().then((third) => third.summaries({}));
        expect(summaries.map(({ counts }) => counts.compared)).toEqual([40, 40, 40]);
        for (const summary of summaries)
          expect(summary.groups.map(({ pairs }) => pairs)).toEqual(groups.map(() => 40));
      });

      it("refuses what it is asked before it was started with a clear error", async () => {
        made = await make();
        if (made.again === null) return;
        await expect(made.store.append(batch())).rejects.toThrow(/not started/);
      });
    });
  });
}

function group20(i: number) {
  const example = { primary: `${i}`, candidate: null };
  return { at: `body/${(i * 7) % 20}`, kind: "value" as const, pairs: 1, ignoredPairs: 0, example };
}
