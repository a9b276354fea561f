import { describe, expect, it } from "vitest";
import { SAFE_LIMITS } from "../../../gateway/http/limits.ts";
import { configOf, fileWith, problemsOf } from "./load-text.ts";

const withCompare = (compare: string) =>
  fileWith(`a:\n  match: { path: /a }\n  function: { lambda: f }\n  compare: ${compare}\n`);
const withPart = (part: string) =>
  `${part}\n${fileWith("a: { match: { path: /a }, function: { lambda: f } }")}`;
const said = (text: string) => problemsOf(text).map(({ at, message, hint }) => `${at}: ${message} (${hint})`);

describe("`compare`", () => {
  it("becomes rules", () => {
    const text = `
      matchers: [{ at: body/at, like: timestamp }, { at: body/n, like: same-number, within: 0.5 }, { at: body/t, like: same-time, within: 2s }]
      ignore: [{ at: body/total, kind: value, owner: me, reason: rounding, until: 2027-01-31 }]
      arrays: [{ at: body/items, as: keyed, key: sku }, { at: body/tags, as: set }]
      ignoredHeaders: [X-Served-By]
      numbersAsWritten: true
      markup: text`;
    expect(configOf(withCompare(`${text}\n`)).routes[0]!.compare).toEqual({
      matchers: [
        { id: "timestamp body/at", at: "body/at", matcher: { like: "timestamp" } },
        { id: "same-number body/n", at: "body/n", matcher: { like: "same-number", within: 0.5 } },
        { id: "same-time body/t", at: "body/t", matcher: { like: "same-time", withinMs: 2000 } },
      ],
      ignores: [
        {
          id: "ignore body/total",
          at: "body/total",
          kind: "value",
          owner: "me",
          reason: "rounding",
          until: Date.UTC(2027, 1, 1),
        },
      ],
      arrays: [
        { id: "keyed body/items", at: "body/items", as: "keyed", key: "sku" },
        { id: "set body/tags", at: "body/tags", as: "set", key: null },
      ],
      nullIsAbsent: false,
      numbersAsWritten: true,
      ignoredHeaders: ["x-served-by"],
      markup: "text",
    });
  });

  it.each([
    ["{ matchers: [{ at: body/a, like: same-time }] }", /`same-time` needs `within`/],
    ["{ matchers: [{ at: body/a, like: uuid, within: 2 }] }", /`uuid` takes no `within`/],
    ["{ matchers: [{ at: body/a, like: uid }] }", /uuid/],
    ["{ ignore: [{ at: body/a, reason: r, until: 2027-01-31 }] }", /owner/],
    ["{ ignore: [{ at: body/a, owner: me, reason: r }] }", /until/],
    ["{ ignore: [{ at: body/a, owner: me, reason: r, until: tomorrow }] }", /2027-01-31/],
    ["{ arrays: [{ at: body/a, as: keyed }] }", /`keyed` needs its `key`/],
    ["{ arrays: [{ at: body/a, as: set, key: id }] }", /`key` has no meaning/],
    ["{ arrays: [{ at: body/**/a, as: set }] }", /write a place as `banyan diffs` does/],
    ["{ arrays: [{ at: $.lines, as: set }] }", /a place is status, .* or body\/PATH/],
    ["{ matchers: [{ at: headers/etag, like: any }] }", /a place is status/],
  ])("says what is wrong with %s", (compare, expected) => {
    expect(said(withCompare(compare)).join("\n")).toMatch(expected);
  });
});

describe("`redact`", () => {
  it("names what nobody may find in evidence", () => {
    expect(configOf(withPart("redact: { names: [x-own], places: [body/tax] }")).redact).toEqual({
      names: ["x-own"],
      harmlessNames: [],
      places: ["body/tax"],
    });
  });

  it("says which place is none", () => {
    expect(said(withPart("redact: { places: [body/tax, '/**/x'] }")).join("\n")).toMatch(
      /^redact\.places\.1: .*\(write a place as `banyan diffs` does\)$/,
    );
  });
});

describe("`evidence`", () => {
  it("is in a file of its own unless something else is said", () => {
    expect(configOf(withPart("")).evidence).toMatchObject({ store: "sqlite", file: null, environment: "" });
  });

  it.each([
    ["evidence: { store: postgres }", /postgres needs its `url` \(add for example/],
    ["evidence: { store: postgres, url: 'mysql://x' }", /this is no postgres:\/\/ URL/],
    ["evidence: { store: redis }", /sqlite/],
    ["evidence: { keepCountsDays: 0 }", /keepCountsDays/],
  ])("says what is wrong with %s", (part, expected) => {
    expect(said(withPart(part)).join("\n")).toMatch(expected);
  });
});

describe("`limits`", () => {
  it("are safe unless others are set", () => {
    expect(configOf(withPart("")).limits).toEqual(SAFE_LIMITS);
    expect(configOf(withPart("limits: { bodyBytes: 1000, upload: 5s }")).limits).toEqual({
      ...SAFE_LIMITS,
      bodyBytes: 1000,
      uploadMs: 5000,
    });
  });

  it.each([
    ["limits: { bodyBytes: 0 }", /bodyBytes/],
    ["limits: { stall: 0s }", /a duration is 1ms/],
    ["limits: { bodybytes: 5 }", /bodyBytes/],
  ])("says what is wrong with %s", (part, expected) => {
    expect(said(withPart(part)).join("\n")).toMatch(expected);
  });
});
