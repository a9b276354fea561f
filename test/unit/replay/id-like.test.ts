import { describe, expect, it } from "vitest";
import { isSerial, isToken, namesSerials } from "../../../gateway/replay/id-like.ts";

describe("what looks like an id", () => {
  it.each([
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "ord_8fK2",
    "A-1042",
    "507f1f77bcf86cd799439011",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "redacted:abcdefghijkl",
  ])("is %s", (text) => expect(isToken(text)).toBe(true));

  it.each([
    "1",
    "v2",
    "blue-chair",
    "placed",
    "12.50",
    "2026-11-21",
    "2026-11-21T12:00:00Z",
    "12:30:00",
    "1042",
    "two 2 words",
    "ada@example.com",
    "x1".repeat(5_000),
    "",
  ])("is not %s", (text) => expect(isToken(text)).toBe(false));

  it("is a number of three digits and more, where a name says that it numbers things", () => {
    expect(["1042", "100", "9007199254740993"].every(isSerial)).toBe(true);
    expect(["1", "20", "0042", "10.5", "-100", "1e5"].some(isSerial)).toBe(false);
    expect(["id", "orderId", "order_no", "orderIds", "ID", "invoice-number"].every(namesSerials)).toBe(true);
    expect(["paid", "total", "quantity", "grid", "identity", "", "amountPaid"].some(namesSerials)).toBe(
      false,
    );
  });
});
