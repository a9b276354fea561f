import { describe, expect, it } from "vitest";
import { foldPlace, groupCounter, groupsOf, OVERFLOW } from "../../../gateway/diff/group.ts";
import { comparison, difference } from "./comparisons.ts";

describe("folding places", () => {
  it.each([
    ["body/items/0/price", "body/items/*/price"],
    ["body/items/12", "body/items/*"],
    ["body/byId/9f1c2f4e-7a3b-4c6d-8e9f-0a1b2c3d4e5f/name", "body/byId/*/name"],
    ["body/byId/order:9f1c2f4e-7a3b-4c6d-8e9f-0a1b2c3d4e5f", "body/byId/*"],
    ["body/blobs/da39a3ee5e6b4b0d3255bfef95601890afd80709", "body/blobs/*"],
    ["body/docs/507f1f77bcf86cd799439011/x", "body/docs/*/x"],
    ["body/events/01ARZ3NDEKTSV4RRFFQ69G5FAV", "body/events/*"],
    ["body/perDay/2026-11-21/count", "body/perDay/*/count"],
    ["body/at/2026-11-21T10:00:00Z", "body/at/*"],
    ["body/people/jane.roe@example.com", "body/people/*"],
    ["body/line/12", "body/line/*"],
  ])("makes %s one of %s", (at, folded) => {
    expect(foldPlace(at)).toBe(folded);
  });

  it.each([
    "status",
    "body",
    "header/x-amz-id-2",
    "cookie/sid/path",
    "body/address1/line2",
    "body/utf-8/iso-8859-1",
    "body/facadebeefcafedeed",
    "body/html/@class",
  ])("leaves %s as it is", (at) => {
    expect(foldPlace(at)).toBe(at);
  });
});

describe("groups of one comparison", () => {
  it("count a pair once, however many elements show it", () => {
    const groups = groupsOf(comparison(difference("body/items/0/price"), difference("body/items/1/price")));
    expect(groups).toEqual([
      {
        at: "body/items/*/price",
        kind: "value",
        pairs: 1,
        ignoredPairs: 0,
        example: { primary: "1", candidate: "2" },
      },
    ]);
  });

  it("keep kinds at one place apart", () => {
    const groups = groupsOf(comparison(difference("body/a"), difference("body/a", "1", null, "missing")));
    expect(groups.map(({ kind }) => kind)).toEqual(["value", "missing"]);
  });

  it("count a pair as ignored only when rules excuse all of it", () => {
    const ignored = ["body/items/0/price", "body/total"].map((at) => ({ ...difference(at), by: "rule" }));
    const groups = groupsOf({ ...comparison(difference("body/items/1/price")), ignored });
    expect(groups.map(({ at, ignoredPairs }) => [at, ignoredPairs])).toEqual([
      ["body/items/*/price", 0],
      ["body/total", 1],
    ]);
  });
});

describe("a group counter", () => {
  it("adds up pairs, and begins anew when it was asked", () => {
    const counter = groupCounter();
    counter.add(comparison(difference("body/a")));
    counter.add(comparison(difference("body/a"), difference("status", "200", "201", "status")));
    expect(counter.take().map(({ at, pairs }) => [at, pairs])).toEqual([
      ["body/a", 2],
      ["status", 1],
    ]);
    expect(counter.take()).toEqual([]);
  });

  it("puts what a hostile answer names into one group for all, also after a flush", () => {
    const counter = groupCounter(3);
    for (const name of ["a", "b", "c"]) counter.add(comparison(difference(`body/${name}`)));
    counter.take();
    counter.add(comparison(difference("body/d"), difference("body/e"), difference("body/a")));
    counter.add(comparison(difference("body/f")));
    expect(counter.take()).toEqual([
      { at: OVERFLOW, kind: "value", pairs: 2, ignoredPairs: 0, example: null },
      expect.objectContaining({ at: "body/a", pairs: 1 }),
    ]);
  });
});
