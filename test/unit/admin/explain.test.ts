import { describe, expect, it } from "vitest";
import { explain } from "../../../gateway/admin/explain.ts";
import { bucketOf } from "../../../gateway/flags/bucket.ts";
import type { FlagSnapshot } from "../../../gateway/flags/flag-source.ts";
import { fakeParts, tableOf } from "./fake-parts.ts";

async function explained(
  url: string,
  {
    method = "GET",
    headers = [],
    stage = "canary",
    percent = 25,
    killed = false,
    yaml,
  }: {
    method?: string;
    headers?: [string, string][];
    stage?: "canary" | "cutover";
    percent?: number;
    killed?: boolean;
    yaml?: string;
  } = {},
) {
  const { parts, flags } = await fakeParts();
  const snapshot: FlagSnapshot = {
    version: "9",
    routes: new Map([["get-order", { stage, percent }]]),
    killed,
  };
  flags.set(snapshot);
  const table = yaml === undefined ? parts.table() : tableOf(yaml);
  return explain({ method, url, headers }, { ...parts, table: () => table });
}

describe("an explanation", () => {
  it("names the key's source, its bucket and the side that follows", async () => {
    const alice = bucketOf("get-order", "", "alice");
    const told = await explained("/api/orders/1", {
      headers: [["X-User-Id", "alice"]],
      percent: alice / 1000,
    });
    expect(told).toMatchObject({
      stage: "canary",
      stageFrom: "flag",
      flagVersion: "9",
      key: { source: "header:x-user-id", value: "alice", drawn: false },
      bucket: alice,
      side: "legacy",
      reason: "canary-out",
    });
    const raised = await explained("/api/orders/1", {
      headers: [["X-User-Id", "alice"]],
      percent: (alice + 1) / 1000,
    });
    expect(raised).toMatchObject({ side: "function", reason: "canary-in" });
    expect(raised.why).toContain(`bucket ${alice} is below ${alice + 1}`);
  });

  it("takes the second source when the first has nothing", async () => {
    const told = await explained("/api/orders/1", { headers: [["Cookie", "a=b; sid=s1"]] });
    expect(told.key).toEqual({ source: "cookie:sid", value: "s1", drawn: false });
  });

  it("reads keys as they come over the wire", async () => {
    const told = await explained("/api/orders/1", { headers: [["x-user-id", "Žofie"]] });
    expect(told).toMatchObject({ key: { value: "Žofie" }, bucket: bucketOf("get-order", "", "Žofie") });
  });

  it("says which sources it looked for in vain", async () => {
    const told = await explained("/api/orders/1");
    expect(told).toMatchObject({ key: null, bucket: null, side: "legacy", reason: "canary-no-key" });
    expect(told.why).toContain("header:x-user-id, cookie:sid");
  });

  it("does not pretend to know what a client without a key will draw", async () => {
    const yaml = `
version: 1
legacy: { url: "http://127.0.0.1:3000" }
routes:
  get-order:
    match: { path: "/o" }
    function: { lambda: get-order }
    stickyBy: [ "new-cookie:banyan" ]
`;
    const told = await explained("/o", { yaml });
    expect(told.key).toMatchObject({ source: "new-cookie:banyan", drawn: true });
    expect(told.why).toContain("25 %");
  });

  it("asks for no key when the kill switch decides", async () => {
    const told = await explained("/api/orders/1", { killed: true, headers: [["x-user-id", "alice"]] });
    expect(told).toMatchObject({ killed: true, key: null, side: "legacy", reason: "killed" });
  });

  it("names what else matched, and what a method or a host kept away", async () => {
    const told = await explained("/api/orders/1", { stage: "cutover" });
    expect(told.alsoMatched.map(({ id }) => id)).toEqual(["any-order"]);
    const unmatched = await explained("/api/orders");
    expect(unmatched).toMatchObject({ route: null, reason: "unmatched", breaker: null });
    expect(unmatched.nearMisses).toEqual([{ id: "create-order", match: "POST /api/orders" }]);
    const elsewhere = await explained("/pages/home");
    expect(elsewhere.nearMisses).toEqual([{ id: "shop-page", match: "ANY *.example.com/pages/{name}" }]);
  });

  it.each([
    ["https://shop.example.com/pages/home", []],
    ["/pages/home", [["Host", "shop.example.com:8080"]]],
  ] as [string, [string, string][]][])("finds the host in %s %j", async (url, headers) => {
    expect((await explained(url, { headers })).route?.id).toBe("shop-page");
  });

  it("sends a URL as a browser would, and keeps the bytes it has", async () => {
    const told = await explained("/api/orders/a b%2Fé?");
    expect(told.request.target).toBe("/api/orders/a%20b%2F%C3%A9?");
    expect((await explained("http://x.example?q=1")).request.target).toBe("/?q=1");
  });

  it.each(["/a/../b", "/%2e%2e/x", "orders", "/x#y", "ftp://x/y"])(
    "refuses what the gateway would refuse: %s",
    async (url) => {
      await expect(explained(url)).rejects.toMatchObject({ kind: "bad-request" });
    },
  );
});
