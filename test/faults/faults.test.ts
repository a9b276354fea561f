import { describe, expect, it } from "vitest";
import { allScenarios } from "./all-scenarios.ts";
import { lanes } from "./lanes.ts";
import { tried } from "./trial.ts";

/** Most of a scenario is waiting, but each has processes of its own. */
const inLane = lanes(3);

/** Every fault in short, for states and counts; `npm run test:faults` measures. */
describe.concurrent("while", { timeout: 300_000 }, () => {
  it.each(allScenarios.map((scenario) => [`${scenario.number} ${scenario.fault}`, scenario] as const))(
    "%s, all holds",
    async (name, scenario) => {
      const { figures, broken, skipped } = await inLane(() => tried(scenario, "short"));
      console.log(`${name}: ${skipped === null ? figures.join("; ") : `skipped, ${skipped}`}`);
      expect(broken).toEqual([]);
    },
  );
});

it("each fault has a number of its own", () => {
  const numbers = allScenarios.map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, i) => `F${i + 1}`));
});
