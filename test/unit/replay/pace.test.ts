import { beforeEach, describe, expect, it } from "vitest";
import { pace } from "../../../gateway/replay/pace.ts";

describe("the pace", () => {
  let now: number;
  let stop: AbortController;
  beforeEach(() => {
    now = 1_000;
    stop = new AbortController();
  });
  const at = (settings: Parameters<typeof pace>[0]) => pace(settings, { elapsed: () => now }, stop.signal);
  /** Whether it resolves with nothing but what was done before. */
  const isAtOnce = async (waited: Promise<unknown>) => {
    let isOver = false;
    void waited.then(() => (isOver = true));
    await new Promise((resolve) => setImmediate(resolve));
    return isOver;
  };

  it("is as fast as can be when nothing is said", async () => {
    const paced = at({});
    await paced.due(0);
    await paced.due(1e12);
    expect(await paced.turn()).toBe(true);
  });

  it("lets one begin a time", async () => {
    const paced = at({ ratePerSecond: 0.01 });
    expect(await paced.turn()).toBe(true);
    now += 100_000;
    expect(await isAtOnce(paced.turn())).toBe(true);
    const waiting = paced.turn();
    expect(await isAtOnce(waiting)).toBe(false);
    stop.abort();
    expect(await waiting).toBe(false);
  });

  it("keeps the distances that were recorded, at another speed", async () => {
    const paced = at({ speed: 10 });
    await paced.due(5_000_000);
    now += 60_000;
    expect(await isAtOnce(paced.due(5_600_000))).toBe(true);
    expect(await isAtOnce(paced.due(null))).toBe(true);
    const waiting = paced.due(6_000_000);
    expect(await isAtOnce(waiting)).toBe(false);
    stop.abort();
    await waiting;
  });
});
