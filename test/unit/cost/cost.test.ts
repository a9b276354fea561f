import { describe, expect, it } from "vitest";
import { costOf, monthlyCost } from "../../../gateway/cost/cost.ts";

const x86 = { usdPerMillionRequests: 0.2, usdPerGbSecond: 0.0000166667 };
const arm = { usdPerMillionRequests: 0.2, usdPerGbSecond: 0.0000133334 };

describe("what a usage costs", () => {
  it("is its requests and its GB-seconds", () => {
    // 3,000,000 × 120 ms = 360,000 s; × 1536/1024 GB = 540,000 GB-s; × 0.0000166667 = 9.000018 USD
    // 3 million requests × 0.20 = 0.60 USD
    const usage = { requests: 3_000_000, billedMs: 3_000_000 * 120, memoryMb: 1536 };
    expect(costOf(usage, x86)).toBeCloseTo(9.600018, 9);
  });

  it("is a fifth less for the time on arm64, and the same for the requests", () => {
    // 1,000,000 × 100 ms = 100,000 s; × 128/1024 GB = 12,500 GB-s; × 0.0000133334 = 0.1666675; + 0.20
    const usage = { requests: 1_000_000, billedMs: 1_000_000 * 100, memoryMb: 128 };
    expect(costOf(usage, arm)).toBeCloseTo(0.3666675, 9);
  });

  it("counts one cold start as it is billed", () => {
    // 0.546 s × 2 GB = 1.092 GB-s; × 0.0000166667 = 0.0000182000364; + 0.20 / 1,000,000 = 0.0000184000364
    expect(costOf({ requests: 1, billedMs: 546, memoryMb: 2048 }, x86)).toBeCloseTo(0.0000184000364, 15);
  });

  it("is nothing for nothing", () => {
    expect(costOf({ requests: 0, billedMs: 0, memoryMb: 128 }, x86)).toBe(0);
  });
});

describe("what a route's whole traffic costs a month", () => {
  it("counts 730 hours", () => {
    // 100 a minute × 60 × 730 = 4,380,000 requests → 0.876 USD
    // 4,380,000 × 50 ms = 219,000 s; × 512/1024 GB = 109,500 GB-s; × 0.0000166667 = 1.82500365 USD
    const month = monthlyCost({ requestsPerMinute: 100, meanBilledMs: 50, memoryMb: 512, price: x86 });
    expect(month).toBeCloseTo(2.70100365, 9);
  });
});
