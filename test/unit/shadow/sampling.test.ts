import { expect, it } from "vitest";
import type { ShadowSettings } from "../../../gateway/routes/shadowing.ts";
import { sampling } from "../../../gateway/shadow/sampling.ts";
import { routeOf } from "../routes/route-of.ts";

const shadowed = (settings: Partial<ShadowSettings>) => {
  const route = routeOf("GET * /a");
  return { ...route, shadow: { ...route.shadow, ...settings } };
};

it("copies a share of the requests", () => {
  const draws = [0, 0.249, 0.25, 0.9];
  const { refuses } = sampling({ elapsed: () => 0 }, () => draws.shift()!);
  const route = shadowed({ percent: 25 });
  expect([1, 2, 3, 4].map(() => refuses(route, null))).toEqual([null, null, "sampled-out", "sampled-out"]);
});

it("copies all of a client's requests or none, in the share that is asked for", () => {
  const { refuses } = sampling({ elapsed: () => 0 });
  const route = shadowed({ percent: 25, by: "client" });
  const copied = Array.from({ length: 4000 }, (_, n) => `user-${n}`).filter((key) => {
    const answers = new Set([refuses(route, key), refuses(route, key), refuses(route, key)]);
    expect(answers.size).toBe(1);
    return answers.has(null);
  });
  // Binomial: 1,000 with a deviation of 27.
  expect(Math.abs(copied.length - 1000)).toBeLessThan(140);
  expect(refuses(route, null)).toBe("no-key");
});

it("copies a trickle once there is enough, of that route alone, until there is another version", () => {
  let now = 0;
  const samples = sampling({ elapsed: () => now });
  const refuses = (route: ReturnType<typeof shadowed>, key: string | null) => samples.refuses(route, key);
  const route = shadowed({ enough: { pairs: 3, thenPerSecond: 2 } });
  for (let i = 0; i < 3; i++) {
    expect(refuses(route, null)).toBeNull();
    samples.compared(route.id, "1");
  }
  expect([refuses(route, null), refuses(route, null)]).toEqual([null, "enough"]);
  now += 499;
  expect(refuses(route, null)).toBe("enough");
  now += 1;
  expect(refuses(route, null)).toBeNull();
  expect(refuses({ ...route, id: "other" }, null)).toBeNull();
  samples.compared(route.id, "2");
  expect([refuses(route, null), refuses(route, null)]).toEqual([null, null]);
});
