import * as fc from "fast-check";
import { expect, it } from "vitest";
import { hashOf, placeOf } from "../../../page/place.ts";

it("begins with the routes", () => {
  for (const hash of ["", "#", "#/"]) expect(placeOf(hash)).toMatchObject({ page: "routes", id: null });
});

it("comes back to where it was told to go, whatever a route is called", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: "grapheme" }),
      fc.string({ minLength: 1, unit: "grapheme" }),
      (id, at) => {
        const { page, id: found, params } = placeOf(hashOf("diffs", id, { at, none: null }));
        expect([page, found, params.get("at"), params.has("none")]).toEqual(["diffs", id, at, false]);
      },
    ),
  );
});

it("takes a fragment that is badly encoded as it is", () => {
  expect(placeOf("#/routes/%E0%A4%A").id).toBe("%E0%A4%A");
});
