import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lanes } from "../../../gateway/replay/lanes.ts";

describe("lanes", () => {
  it("keep the order of each, run side by side within bounds, and lose nothing", async () => {
    const bounds = fc.record({
      concurrency: fc.integer({ min: 1, max: 5 }),
      waiting: fc.integer({ min: 1, max: 8 }),
    });
    const works = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", null), fc.nat(3)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(bounds, works, async ({ concurrency, waiting }, all) => {
        const lanes = new Lanes({ concurrency, waiting, waitingBytes: 1_000 });
        const done: number[] = [];
        const moving: (string | null)[] = [];
        let begun = 0;
        for (const [n, [lane, turns]] of all.entries()) {
          await lanes.add(lane, 1, async () => {
            begun += 1;
            expect(moving.length).toBeLessThan(concurrency);
            expect(lane === null || !moving.includes(lane)).toBe(true);
            moving.push(lane);
            for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
            moving.splice(moving.indexOf(lane), 1);
            done.push(n);
          });
          expect(n + 1 - begun).toBeLessThanOrEqual(waiting);
        }
        await lanes.idle();
        expect(done.toSorted((a, b) => a - b)).toEqual(all.map((_, n) => n));
        for (const name of ["a", "b", "c"]) {
          const order = done.filter((n) => all[n]![0] === name);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("let what is larger than there is room for through alone", async () => {
    const lanes = new Lanes({ concurrency: 1, waiting: 10, waitingBytes: 100 });
    const done: string[] = [];
    for (const name of ["a", "b", "c"]) await lanes.add(name, 1_000, async () => void done.push(name));
    await lanes.idle();
    expect(done).toEqual(["a", "b", "c"]);
  });

  it("drop what waits after an error, and reject with it", async () => {
    const lanes = new Lanes({ concurrency: 1, waiting: 10, waitingBytes: 100 });
    let ran = 0;
    await lanes.add("a", 1, () => Promise.reject(new Error("disk full")));
    await lanes.add("a", 1, async () => void (ran += 1)).catch(() => undefined);
    await expect(lanes.idle()).rejects.toThrow("disk full");
    await expect(lanes.add("b", 1, async () => void (ran += 1))).rejects.toThrow("disk full");
    expect(ran).toBe(0);
  });
});
