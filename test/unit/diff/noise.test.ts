import { describe, expect, it } from "vitest";
import { noiseCounter, togetherNoise, WHOLE_ANSWER } from "../../../gateway/diff/noise.ts";
import { judgeField, judgeFields } from "../../../gateway/diff/noise-verdict.ts";
import type { FieldNoise } from "../../../gateway/store/evidence-store.ts";
import { seededRandom } from "../evidence/seeded-random.ts";
import { comparison, difference, INCONCLUSIVE } from "./comparisons.ts";

const field = (given: Partial<FieldNoise>): FieldNoise => ({ ...EMPTY, ...given });
const EMPTY: FieldNoise = {
  at: "body/a",
  triples: 1_000,
  onlyCandidate: 0,
  onlySecondary: 0,
  both: 0,
  shapes: [],
  features: {},
};

const at = (taken: readonly FieldNoise[], place: string) => taken.find((field) => field.at === place)!;

describe("counting triples", () => {
  it("tells who differs, by folded place and once a triple", () => {
    const counter = noiseCounter();
    const differs = comparison(difference("body/items/0/n"), difference("body/items/1/n"));
    counter.add(differs, comparison());
    counter.add(comparison(), differs);
    counter.add(comparison(), differs);
    counter.add(differs, comparison(difference("body/items/7/n")));
    counter.add(comparison(), comparison());
    const counts = { triples: 5, onlyCandidate: 1, onlySecondary: 2, both: 1 };
    const taken = counter.take();
    expect(at(taken, "body/items/*/n")).toMatchObject(counts);
    expect(at(taken, WHOLE_ANSWER)).toMatchObject(counts);
  });

  it("leaves out what could not be compared, whichever side it was", () => {
    const counter = noiseCounter();
    counter.add(INCONCLUSIVE, comparison(difference("body/a")));
    counter.add(comparison(difference("body/a")), INCONCLUSIVE);
    expect(counter.take()).toEqual([expect.objectContaining({ at: WHOLE_ANSWER, triples: 0 })]);
  });

  it("tells of the places that differed since it was last asked", () => {
    const counter = noiseCounter();
    counter.add(comparison(), comparison(difference("body/a")));
    counter.take();
    counter.add(comparison(), comparison());
    counter.add(comparison(difference("body/b")), comparison());
    expect(counter.take().map(({ at, triples }) => [at, triples])).toEqual([
      [WHOLE_ANSWER, 2],
      ["body/b", 2],
    ]);
  });

  it("keeps the shapes that all of legacy's values had, and not the candidate's", () => {
    const counter = noiseCounter();
    counter.add(
      comparison(difference("body/a", '"2026-11-21T10:00:00Z"', '"x"')),
      comparison(difference("body/a", '"2026-11-21T10:00:00Z"', '"2026-11-21T10:00:01Z"')),
    );
    expect(at(counter.take(), "body/a").shapes).toEqual(["timestamp", "text"]);
    counter.add(comparison(), comparison(difference("body/a", '"2026-11-21T10:00:00Z"', '"soon"')));
    expect(at(counter.take(), "body/a").shapes).toEqual(["text"]);
  });

  it("counts a feature for the side that alone has it; who does not differ has the primary's value", () => {
    const counter = noiseCounter();
    counter.add(comparison(difference("body/a", "1", null, "missing")), comparison());
    counter.add(comparison(), comparison(difference("body/a", "1", null, "missing")));
    counter.add(
      comparison(difference("body/a", "1", null, "missing")),
      comparison(difference("body/a", "1", null, "missing")),
    );
    expect(at(counter.take(), "body/a").features["absent"]).toEqual({ onlyCandidate: 1, onlySecondary: 1 });
  });

  it("counts a place that differs without a value on legacy's side", () => {
    const counter = noiseCounter();
    counter.add(comparison(difference("body/a", null, "1", "extra")), comparison());
    expect(at(counter.take(), "body/a")).toMatchObject({ onlyCandidate: 1, shapes: [] });
  });

  it("is not made a heap of places by hostile answers", () => {
    const counter = noiseCounter(10);
    for (let n = 0; n < 100; n++) counter.add(comparison(difference(`body/x${n}y`)), comparison());
    expect(counter.take().length).toBe(11);
  });

  it("adds up over gateways; one that saw no difference leaves the shapes alone", () => {
    const a = field({
      onlyCandidate: 1,
      shapes: ["uuid", "text"],
      features: { uuid: { onlyCandidate: 1, onlySecondary: 0 } },
    });
    const b = field({
      both: 2,
      shapes: ["text"],
      features: { uuid: { onlyCandidate: 0, onlySecondary: 2 } },
    });
    expect(togetherNoise(a, b)).toEqual(
      field({
        triples: 2_000,
        onlyCandidate: 1,
        both: 2,
        shapes: ["text"],
        features: { uuid: { onlyCandidate: 1, onlySecondary: 2 } },
      }),
    );
    expect(togetherNoise(a, field({})).shapes).toEqual(["uuid", "text"]);
    expect(togetherNoise(field({}), a).shapes).toEqual(["uuid", "text"]);
  });
});

describe("judging a field", () => {
  const verdict = (given: Partial<FieldNoise>) => judgeField(field(given)).verdict;

  it("lets each difference count where legacy was never asked twice", () => {
    expect(verdict({ triples: 0, onlyCandidate: 1 })).toBe("regresses");
    expect(verdict({ triples: 0 })).toBe("unknown");
  });

  it("needs few triples where legacy never differs from itself, but no single one", () => {
    expect(verdict({ triples: 100, onlyCandidate: 1 })).not.toBe("regresses");
    expect(verdict({ triples: 100, onlyCandidate: 13 })).toBe("regresses");
  });

  it("finds five points above sixty of noise, where a relative rule is blind", () => {
    // 2,000 triples: 65 % differ with the candidate, 60 % with legacy itself.
    const counts = { triples: 2_000, onlyCandidate: 357, onlySecondary: 257, both: 943 };
    expect(judgeField(field(counts))).toMatchObject({ verdict: "regresses", by: "differs", excess: 0.05 });
    const [raw, noise] = [357 + 943, 257 + 943];
    expect((raw - noise) / (raw + noise)).toBeLessThan(0.2);
  });

  it("calls noise noise, and equal fields clean, once it can", () => {
    expect(verdict({ triples: 3_000, onlyCandidate: 300, onlySecondary: 310, both: 900 })).toBe("noisy");
    expect(verdict({ triples: 3_000 })).toBe("clean");
    expect(verdict({ triples: 20 })).toBe("unknown");
    expect(verdict({ triples: 50, onlyCandidate: 6, onlySecondary: 5 })).toBe("unknown");
  });

  it("sees a field regress that is never the same twice, by its shape", () => {
    const features = {
      text: { onlyCandidate: 30, onlySecondary: 0 },
      uuid: { onlyCandidate: 0, onlySecondary: 30 },
    };
    expect(judgeField(field({ triples: 500, both: 500, features }))).toMatchObject({
      verdict: "regresses",
      by: "text",
    });
    expect(verdict({ triples: 500, both: 500 })).toBe("noisy");
  });

  it("takes the triples of the answer as a whole, as a field that is equal is not seen", () => {
    const whole = field({ at: WHOLE_ANSWER, triples: 3_000, both: 2 });
    const late = field({ triples: 3, onlySecondary: 2, onlyCandidate: 1 });
    expect(judgeField(late).verdict).toBe("unknown");
    expect(judgeFields([whole, late]).map(({ verdict }) => verdict)).toEqual(["noisy", "noisy"]);
  });

  it("says what the excess can be at most", () => {
    const { excess, atMost } = judgeField(field({ triples: 1_000, onlyCandidate: 110, onlySecondary: 100 }));
    expect(excess).toBeCloseTo(0.01);
    expect(atMost).toBeGreaterThan(0.01);
    expect(atMost).toBeLessThan(0.12);
  });

  it("raises no more false alarms than it may, looked at all the time, at any noise", () => {
    const random = seededRandom(3);
    let alarms = 0;
    let fields = 0;
    for (const noise of [0.1, 0.3, 0.6]) {
      for (let run = 0; run < 150; run++) {
        const counts = { onlyCandidate: 0, onlySecondary: 0, both: 0 };
        let isAlarmed = false;
        for (let triples = 1; triples <= 600; triples++) {
          const [c, s] = [random() < noise, random() < noise];
          if (c && s) counts.both += 1;
          else if (c) counts.onlyCandidate += 1;
          else if (s) counts.onlySecondary += 1;
          if (triples % 5 === 0)
            isAlarmed ||= judgeField(field({ triples, ...counts }), 0.1).verdict === "regresses";
        }
        fields += 1;
        if (isAlarmed) alarms += 1;
      }
    }
    expect(alarms / fields).toBeLessThanOrEqual(0.1);
  });
});
