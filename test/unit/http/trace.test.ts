import { describe, expect, it } from "vitest";
import { continueTrace } from "../../../gateway/http/trace.ts";

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("a trace", () => {
  it("goes on under the client's id, with a span of our own and its flags", () => {
    const trace = continueTrace(parent, "vendor=1", null);
    expect(trace).toMatchObject({ traceId: "0af7651916cd43dd8448eb211c80319c", tracestate: "vendor=1" });
    expect(trace.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(trace.traceparent).not.toBe(parent);
  });

  it.each([
    undefined,
    "",
    "00-xyz",
    parent.toUpperCase(),
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `${parent}-more`,
  ])("begins anew after %j, without its state", (malformed) => {
    const trace = continueTrace(malformed, "vendor=1", null);
    expect(trace.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(trace.tracestate).toBeUndefined();
  });
});
