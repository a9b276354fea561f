import { describe, expect, it } from "vitest";
import { withCookie } from "../../../gateway/http/handed-cookie.ts";

const headers = (...sent: string[]) =>
  withCookie({ status: 200, reason: "", headers: sent, body: Buffer.alloc(0) }, "key=1").headers;

describe("an answer that hands out a cookie", () => {
  it.each([
    ["no directives", [], "private"],
    ["public ones", ["Cache-Control", "public, max-age=60"], "max-age=60, private"],
    [
      "a shared lifetime",
      ["cache-control", "S-MaxAge=60", "Cache-Control", "max-age=5"],
      "max-age=5, private",
    ],
    ["private ones", ["Cache-Control", "private, max-age=60"], "private, max-age=60"],
    ["no-store", ["Cache-Control", "no-store"], "no-store"],
  ])("with %s is for its client alone", (_what, sent, expected) => {
    expect(headers("Vary", "Accept", ...sent)).toEqual([
      "Vary",
      "Accept",
      "Cache-Control",
      expected,
      "Set-Cookie",
      "key=1",
    ]);
  });

  it("keeps the upstream's own cookies", () => {
    expect(headers("Set-Cookie", "a=b")).toEqual([
      "Set-Cookie",
      "a=b",
      "Cache-Control",
      "private",
      "Set-Cookie",
      "key=1",
    ]);
  });
});
