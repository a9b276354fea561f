import { describe, expect, it } from "vitest";
import { allValues, endToEnd, firstValue } from "../../../gateway/http/headers.ts";

describe("a header list", () => {
  const list = ["Cookie", "a=1", "X-One", "1", "cookie", "b=2"];

  it("finds fields in any case, duplicates in their order", () => {
    expect(firstValue(list, "cookie")).toBe("a=1");
    expect(allValues(list, "cookie")).toEqual(["a=1", "b=2"]);
    expect(firstValue(list, "x-two")).toBeUndefined();
  });

  it("keeps order, case and duplicates of end-to-end fields", () => {
    expect(endToEnd(list)).toEqual(list);
  });

  it("drops hop-by-hop fields and what Connection nominates", () => {
    const fields = ["Connection", "close, X-Hop , Keep-Alive", "X-Hop", "1", "Keep-Alive", "timeout=5"];
    expect(
      endToEnd([...fields, "TE", "gzip", "Upgrade", "h2c", "Transfer-Encoding", "chunked", "X-Kept", "2"]),
    ).toEqual(["X-Kept", "2"]);
  });

  it("never lets a nomination remove framing, routing or credentials", () => {
    const fields = ["Content-Length", "3", "Host", "a", "Authorization", "b", "Cookie", "c", "Via", "1.1 d"];
    expect(endToEnd(["Connection", "content-length, host, authorization, cookie, via", ...fields])).toEqual(
      fields,
    );
  });
});
