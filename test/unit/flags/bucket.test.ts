import { murmur3 } from "../../../gateway/flags/murmur3.ts";
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketOf, bucketsIn } from "../../../gateway/flags/bucket.ts";

const clients = (count: number) => Array.from({ length: count }, (_, n) => `user-${n}`);

describe("bucketOf", () => {
  // A change here moves clients of every running canary: never correct these numbers, correct the code.
  it.each([
    ["checkout", "", "user-1", 72294],
    ["checkout", "", "user-2", 34626],
    ["checkout", "2027", "user-1", 97318],
    ["get-order", "", "user-1", 1376],
    ["checkout", "", "Zoë", 78274],
    ["checkout", "", "日本語", 8824],
    ["checkout", "", "", 26582],
    ["checkout", "", "192.0.2.7", 77249],
    ["checkout", "", "2001:db8::1", 35924],
    ["checkout", "", "user-49238", 0],
    ["checkout", "", "user-114520", 99_999],
  ])("puts %j with salt %j and key %j into the same bucket for ever", (group, salt, key, bucket) => {
    expect(bucketOf(group, salt, key)).toBe(bucket);
  });

  it("spreads clients evenly: chi-square over 100 cells stays under its 99.9 % quantile", () => {
    for (const group of ["checkout", "get-order", "a"]) {
      const cells = Array.from({ length: 100 }, () => 0);
      for (const client of clients(100_000)) cells[Math.floor(bucketOf(group, "", client) / 1000)]! += 1;
      const chiSquare = cells.reduce((sum, seen) => sum + (seen - 1000) ** 2 / 1000, 0);
      // 99 degrees of freedom.
      expect(chiSquare).toBeLessThan(148.2);
    }
  });

  it("draws each group anew: who is early in one group is not early in another", () => {
    const early = clients(20_000).filter((client) => bucketOf("checkout", "", client) < BUCKETS / 2);
    const inBoth = early.filter((client) => bucketOf("search", "", client) < BUCKETS / 2);
    expect(inBoth.length / early.length).toBeCloseTo(0.5, 1);
  });
});

describe("bucketsIn", () => {
  it("counts each of the 100,001 steps exactly, without drift", () => {
    for (let step = 0; step <= BUCKETS; step++) {
      expect(bucketsIn(step / 1000) === step && bucketsIn(Number(`${step}e-3`)) === step).toBe(true);
    }
  });

  it("holds for sums that doubles get wrong", () => {
    expect(bucketsIn(0.1 + 0.2)).toBe(300);
    expect(bucketsIn(1.005)).toBe(1005);
  });

  it("hashes the bytes of UTF-8, however long a key is and whatever is in it", () => {
    for (const key of ["", "a", "zoë", "ключ", "🌳", "k".repeat(255), "k".repeat(257), "ü".repeat(300)]) {
      const hash = murmur3(Buffer.from(`group${key}`, "utf8"));
      expect(bucketOf("group", "", key)).toBe(Math.floor((hash * 100_000) / 2 ** 32));
    }
  });
});
