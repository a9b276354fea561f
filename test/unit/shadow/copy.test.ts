import { expect, it } from "vitest";
import { allValues, firstValue } from "../../../gateway/http/headers.ts";
import { copyOf } from "../../../gateway/shadow/copy.ts";
import { aRequest } from "../../support/requests.ts";

const { signal } = new AbortController();

it("is marked, whole, and knows nothing of its client's connection", async () => {
  const gone = new AbortController();
  const request = {
    ...aRequest({ method: "POST", target: "/a?b=c", signal: gone.signal }),
    live: "a socket",
  };
  const copy = copyOf(request, Buffer.from("body"), "dry-run", { leaveOut: [], signal });
  expect(copy).toMatchObject({ id: request.id, method: "POST", target: request.target, copy: "dry-run" });
  expect(firstValue(copy.headers, "x-banyan-shadow")).toBe("dry-run");
  expect(await copy.body.whole(10)).toEqual(Buffer.from("body"));
  expect(copy).not.toHaveProperty("live");
  gone.abort();
  expect(copy.signal.aborted).toBe(false);
});

it("goes without what it shall go without, and carries one mark", () => {
  const headers = [
    "Host",
    "shop",
    "Authorization",
    "Bearer x",
    "Cookie",
    "sid=1",
    "X-Banyan-Shadow",
    "forged",
  ];
  const copy = copyOf(aRequest({ headers }), Buffer.alloc(0), "read", {
    leaveOut: ["authorization"],
    signal,
  });
  expect(firstValue(copy.headers, "authorization")).toBeUndefined();
  expect(firstValue(copy.headers, "cookie")).toBe("sid=1");
  expect(allValues(copy.headers, "x-banyan-shadow")).toEqual(["read"]);
});
