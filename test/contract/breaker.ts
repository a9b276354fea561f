import { afterEach, describe, expect, it } from "vitest";
import type { Breaker } from "../../gateway/breaker/breaker.ts";
import type { Clock } from "../../gateway/clock.ts";
import type { BreakerSettings } from "../../gateway/routes/route.ts";

/** Opens at half failures of four calls or more in a second; lets a probe through after a minute. */
export const SETTINGS: BreakerSettings = {
  errorPercent: 50,
  slowCallMs: null,
  minimumCalls: 4,
  windowMs: 1000,
  openMs: 60_000,
};

/** A clock that stands still until it is moved. */
export function steppedClock(): Clock & { advance(ms: number): void } {
  let elapsedMs = 0;
  return {
    now: () => elapsedMs,
    elapsed: () => elapsedMs,
    advance: (ms) => {
      elapsedMs += ms;
    },
  };
}

export interface BreakerSubject {
  readonly breaker: Breaker;
  /** Lets time pass, for the breaker's window and for its timers. */
  readonly wait: (ms: number) => void;
  readonly stop: () => void;
}

/** Reports a number of calls that were admitted one after another. */
export function report(breaker: Breaker, outcome: "succeeded" | "failed" | "ignored", times = 1): void {
  for (let i = 0; i < times; i++) breaker.admit()![outcome](1);
}

/** What every breaker promises, one that never opens included. */
export function breakerContract(name: string, make: (settings: BreakerSettings) => BreakerSubject): void {
  describe(`${name} as a breaker`, () => {
    const { subject } = subjects(make);

    it("is closed at first and admits calls side by side", () => {
      const { breaker } = subject();
      expect(breaker.state).toBe("closed");
      const calls = [breaker.admit(), breaker.admit(), breaker.admit()];
      expect(calls).not.toContain(null);
    });

    it("stays closed while all calls succeed", () => {
      const { breaker } = subject();
      report(breaker, "succeeded", 50);
      expect(breaker.state).toBe("closed");
    });

    it("stays closed when calls say nothing", () => {
      const { breaker } = subject();
      report(breaker, "ignored", 50);
      expect(breaker.state).toBe("closed");
    });

    it("takes reports without throwing after it was stopped", () => {
      const { breaker, stop } = subject();
      const call = breaker.admit()!;
      stop();
      expect(() => call.failed(1)).not.toThrow();
      expect(() => report(breaker, "failed", 10)).not.toThrow();
    });
  });
}

/** What every breaker that opens promises on top. */
export function openingBreakerContract(
  name: string,
  make: (settings: BreakerSettings) => BreakerSubject,
): void {
  describe(`${name} as a breaker that opens`, () => {
    const { subject, opened } = subjects(make);

    it("opens at the share of failures, within the very report that reaches it", () => {
      const { breaker } = subject();
      report(breaker, "succeeded", 2);
      report(breaker, "failed");
      expect(breaker.state).toBe("closed");
      report(breaker, "failed");
      expect(breaker.state).toBe("open");
      expect(breaker.admit()).toBeNull();
    });

    it("opens at 100 % when that is its share", () => {
      const { breaker } = subject({ errorPercent: 100 });
      report(breaker, "failed", 4);
      expect(breaker.state).toBe("open");
    });

    it("stays closed below the share of failures", () => {
      const { breaker } = subject();
      report(breaker, "succeeded", 51);
      report(breaker, "failed", 50);
      expect(breaker.state).toBe("closed");
    });

    it("stays closed below the minimum of calls, whatever they say", () => {
      const { breaker } = subject();
      report(breaker, "failed", 3);
      expect(breaker.state).toBe("closed");
    });

    it("counts no call that is still under way or says nothing", () => {
      const { breaker } = subject();
      for (let i = 0; i < 100; i++) breaker.admit();
      report(breaker, "ignored", 100);
      report(breaker, "failed", 4);
      expect(breaker.state).toBe("open");
    });

    it("counts an answer slower than the limit as a failure, and one at the limit as a success", () => {
      const { breaker } = subject({ slowCallMs: 200 });
      for (let i = 0; i < 4; i++) breaker.admit()!.succeeded(200);
      expect(breaker.state).toBe("closed");
      for (let i = 0; i < 4; i++) breaker.admit()!.succeeded(200.1);
      expect(breaker.state).toBe("open");
    });

    it("forgets failures that have left the window", () => {
      const { breaker, wait } = subject();
      report(breaker, "failed", 3);
      wait(1100);
      report(breaker, "failed", 3);
      expect(breaker.state).toBe("closed");
    });

    it("remembers failures that are still in the window", () => {
      const { breaker, wait } = subject();
      report(breaker, "failed", 3);
      wait(800);
      report(breaker, "failed");
      expect(breaker.state).toBe("open");
    });

    it("stays open until its time is over", () => {
      const { breaker, wait } = opened();
      wait(59_000);
      expect(breaker.admit()).toBeNull();
      wait(1001);
      expect(breaker.state).toBe("half-open");
    });

    it("lets exactly one probe through when half-open", () => {
      const { breaker, wait } = opened();
      wait(60_001);
      expect(breaker.admit()).not.toBeNull();
      expect(breaker.admit()).toBeNull();
      wait(600_000);
      expect(breaker.admit()).toBeNull();
    });

    it("closes with the probe that succeeds, and starts counting afresh", () => {
      const { breaker, wait } = opened({ windowMs: 3_600_000 });
      wait(60_001);
      report(breaker, "succeeded");
      expect(breaker.state).toBe("closed");
      report(breaker, "failed", 3);
      expect(breaker.state).toBe("closed");
      report(breaker, "failed");
      expect(breaker.state).toBe("open");
    });

    it("opens again with the probe that fails, for as long as before", () => {
      const { breaker, wait } = opened();
      wait(60_001);
      report(breaker, "failed");
      expect(breaker.state).toBe("open");
      wait(59_000);
      expect(breaker.state).toBe("open");
      wait(1001);
      expect(breaker.state).toBe("half-open");
    });

    it("opens again with the probe that is too slow", () => {
      const { breaker, wait } = opened({ slowCallMs: 200 });
      wait(60_001);
      breaker.admit()!.succeeded(201);
      expect(breaker.state).toBe("open");
    });

    it("lets the next call be the probe when one said nothing", () => {
      const { breaker, wait } = opened();
      wait(60_001);
      report(breaker, "ignored", 3);
      expect(breaker.state).toBe("half-open");
      report(breaker, "succeeded");
      expect(breaker.state).toBe("closed");
    });

    it.each(["succeeded", "failed", "ignored"] as const)(
      "learns nothing from a call of before it opened that %s while the probe is under way",
      (outcome) => {
        const { breaker, wait } = subject();
        const straggler = breaker.admit()!;
        report(breaker, "failed", 4);
        wait(60_001);
        const probe = breaker.admit()!;
        straggler[outcome](1);
        expect(breaker.state).toBe("half-open");
        expect(breaker.admit()).toBeNull();
        probe.succeeded(1);
        expect(breaker.state).toBe("closed");
      },
    );

    it("works the same after many rounds", () => {
      const { breaker, wait } = opened();
      for (let round = 0; round < 100; round++) {
        wait(60_001);
        report(breaker, "succeeded");
        report(breaker, "failed", 4);
        expect(breaker.state).toBe("open");
      }
    });
  });
}

/** Makes subjects and stops them after each test. */
function subjects(make: (settings: BreakerSettings) => BreakerSubject) {
  const made: BreakerSubject[] = [];
  afterEach(() => {
    for (const { stop } of made.splice(0)) stop();
  });
  const subject = (settings: Partial<BreakerSettings> = {}) => {
    const one = make({ ...SETTINGS, ...settings });
    made.push(one);
    return one;
  };
  const opened = (settings: Partial<BreakerSettings> = {}) => {
    const one = subject(settings);
    report(one.breaker, "failed", SETTINGS.minimumCalls);
    expect(one.breaker.state).toBe("open");
    return one;
  };
  return { subject, opened };
}
