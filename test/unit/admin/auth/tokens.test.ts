import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bearerOf } from "../../../../gateway/admin/auth/tokens.ts";
import type { TokenConfig } from "../../../../gateway/config/operators-schema.ts";

const NOON = Date.UTC(2027, 0, 31, 12);
const token = (name: string, secret: string, more: Partial<TokenConfig> = {}): TokenConfig => ({
  name,
  sha256: createHash("sha256").update(secret).digest("hex"),
  role: "operator",
  ...more,
});

describe("a token", () => {
  it("is its bearer's, and nobody else's", () => {
    const tokens = [token("ann", "a"), token("bob", "b", { role: "viewer" })];
    expect(bearerOf(tokens, "a", NOON)).toEqual({
      name: "ann",
      role: "operator",
      proof: "token",
      untilMs: null,
    });
    expect(bearerOf(tokens, "b", NOON)).toMatchObject({ name: "bob", role: "viewer" });
    expect(["", "c", "A", tokens[0]!.sha256].map((secret) => bearerOf(tokens, secret, NOON))).toEqual(
      Array(4).fill(null),
    );
  });

  it("counts up to the end of its last day", () => {
    const tokens = [token("ann", "a", { until: "2027-01-31" })];
    const midnight = Date.UTC(2027, 1, 1);
    expect(bearerOf(tokens, "a", midnight - 1)).toMatchObject({ untilMs: midnight });
    expect(bearerOf(tokens, "a", midnight)).toBeNull();
  });

  it("may have a successor of the same name, so that it can be rotated", () => {
    const tokens = [token("ci", "old", { until: "2027-01-31" }), token("ci", "new")];
    expect([bearerOf(tokens, "old", NOON), bearerOf(tokens, "new", NOON)]).toMatchObject([
      { name: "ci" },
      { name: "ci" },
    ]);
  });
});
