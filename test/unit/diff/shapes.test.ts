import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "../../../gateway/diff/matchers.ts";
import { FEATURES, featuresOf, SHAPES, shapesOf } from "../../../gateway/diff/shapes.ts";

describe("shapes", () => {
  it.each([
    ['"9f1c2f4e-7a3b-4c6d-8e9f-0a1b2c3d4e5f"', "uuid"],
    ['"2026-11-21T10:00:00.123Z"', "timestamp"],
    ["Sat, 21 Nov 2026 10:00:00 GMT", "timestamp"],
    ['"2026-11-21"', "date"],
    ['"https://example.com/x"', "url"],
    ["4711", "integer"],
    ["12.50", "number"],
    ["true", "boolean"],
    ["null", "null"],
    ['""', "empty"],
    ["", "empty"],
    ['"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"', "jwt"],
    ['"da39a3ee5e6b4b0d"', "hex"],
    ['"aGVsbG8gd29ybGQhMTIz"', "base64"],
    ['{"a":1}', "object"],
    ["[1]", "array"],
    ['"Ada Lovelace"', "text"],
    ["Ada Lovelace", "text"],
    // A number in quotes is a text to JSON.
    ['"4711"', "text"],
    ['"2026-02-30"', "text"],
  ])("of %s: %s is the smallest", (shown, shape) => {
    expect(shapesOf(shown)[0]).toBe(shape);
  });

  it("say so exactly when the matcher of the same name would", () => {
    for (const like of ["uuid", "timestamp", "date", "url", "integer", "number"] as const) {
      for (const text of [
        "2026-11-21",
        "1.0",
        "http://a",
        "2026-11-21 10:00",
        "x",
        "9F1C2F4E-7A3B-4C6D-8E9F-0A1B2C3D4E5F",
      ]) {
        const look = { type: "text", text } as const;
        expect(shapesOf(text).some((shape) => shape === like)).toBe(
          judge({ like }, look, look) === "allowed",
        );
      }
    }
  });

  it("are found in whatever is shown, cut or not", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.json().map((text) => text.slice(0, 20)),
        ),
        (shown) => {
          const shapes = shapesOf(shown);
          expect(shapes.length).toBeGreaterThan(0);
          expect(SHAPES.filter((shape) => shapes.includes(shape))).toEqual(shapes);
        },
      ),
    );
  });
});

describe("features", () => {
  const kinds = (shown: string | null, primary: string | null) =>
    featuresOf(shown, primary).map((feature) => feature.split(":")[0]);
  const one = (kind: string, shown: string, primary: string) =>
    featuresOf(shown, primary).find((feature) => feature.startsWith(kind));

  it("of nothing are that it is absent", () => {
    expect(featuresOf(null, "1")).toEqual(["absent"]);
  });

  it("of the primary's own value say nothing of a change", () => {
    expect(kinds('"a"', '"a"')).toEqual(["text", "format", "value"]);
  });

  it("tell formats apart, and not values of one format", () => {
    expect(one("format", '"2026-11-21"', "")).toBe(one("format", '"1999-01-02"', ""));
    expect(one("format", "12.50", "")).toBe(one("format", "7.25", ""));
    expect(one("format", "12.5", "")).not.toBe(one("format", "12", ""));
    expect(one("format", '"ADA"', "")).not.toBe(one("format", '"Ada"', ""));
  });

  it("of numbers see by how much one is off, whatever it is", () => {
    expect(one("change", "11", "10")).toBe(one("change", "4712", "4711"));
    expect(one("change", "12", "10")).not.toBe(one("change", "11", "10"));
    expect(kinds("109", "100")).not.toContain("far");
    expect(kinds("120", "100")).toContain("far");
  });

  it("of times see hours, and not that one was asked for later", () => {
    const at = (time: string) => `"2026-11-21T${time}Z"`;
    expect(kinds(at("10:00:07"), at("10:00:00"))).not.toContain("far");
    expect(kinds(at("11:00:00"), at("10:00:00"))).toContain("far");
    expect(one("change", at("10:00:02"), at("10:00:00"))).toBe(one("change", at("10:00:09"), at("10:00:00")));
  });

  it("of texts see what is cut off", () => {
    expect(one("change", '"Ada"', '"Ada Lovelace"')).toBe(one("change", '"Bo"', '"Bo Derek"'));
  });

  it("are out of a list that is as long as it says", () => {
    const seen = new Set<string>();
    const value = fc.oneof(fc.constant(null), fc.json(), fc.string(), fc.integer().map(String));
    fc.assert(
      fc.property(value, value, (shown, primary) => {
        for (const feature of featuresOf(shown, primary)) seen.add(feature);
      }),
      { numRuns: 3_000 },
    );
    expect(seen.size).toBeLessThanOrEqual(FEATURES);
    expect(seen.size).toBeGreaterThan(FEATURES / 2);
  });
});
