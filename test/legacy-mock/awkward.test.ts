import { once } from "node:events";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ask, parsed } from "./ask.ts";
import { runningShop } from "./running-shop.ts";

let shop: Awaited<ReturnType<typeof runningShop>>;
beforeAll(async () => {
  shop = await runningShop();
});
afterAll(() => shop.close());

describe("an awkward answer", () => {
  it("moves with 301, 302 and 307, query and all", async () => {
    for (const [line, status, location] of [
      ["GET /old/orders/1001", 301, "/api/orders/1001"],
      ["GET /go/SKU-1001", 302, "/api/products/SKU-1001"],
      ["POST /api/v1/files/a%2Fb?x=%20&y", 307, "/api/files/a%2Fb?x=%20&y"],
    ] as const)
      expect(await ask(shop.url, line)).toMatchObject({ status, headers: { location } });
  });

  it("says after its body what the body's checksum is", async () => {
    const { trailers, headers } = await ask(shop.url, "GET /api/trailers");
    expect(headers.trailer).toBe("X-Content-Sha256");
    expect(trailers["x-content-sha256"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is cut off, visibly, with a length and without one", async () => {
    for (const query of ["bytes=1000", "bytes=1000&how=chunked"])
      await expect(ask(shop.url, `GET /api/truncated?${query}`)).rejects.toThrow("aborted");
  });

  it("fails every third time, also with a reset", async () => {
    const statuses: number[] = [];
    for (let time = 0; time < 6; time++) statuses.push((await ask(shop.url, "GET /api/flaky")).status);
    expect(statuses).toEqual([200, 200, 503, 200, 200, 503]);
    await expect(ask(shop.url, "GET /api/flaky?every=1&how=reset")).rejects.toThrow("hang up");
  });

  it("is preceded by a hint", async () => {
    const req = request(`${shop.url}/api/hints`).end();
    const hint = new Promise<unknown>((resolve) => req.once("information", resolve));
    const answer = once(req, "response");
    expect(await hint).toMatchObject({ statusCode: 103 });
    await answer;
    req.destroy();
  });

  it("may have any status", async () => {
    for (const status of [200, 204, 304, 418, 500, 599])
      expect((await ask(shop.url, `GET /api/status/${status}`)).status).toBe(status);
  });

  it("comes late, and is forgotten when the client leaves", async () => {
    expect(parsed(await ask(shop.url, "GET /api/slow?ms=20"))).toEqual({ ms: 20 });
    const leaving = AbortSignal.timeout(50);
    await expect(fetch(`${shop.url}/api/slow?ms=600000`, { signal: leaving })).rejects.toThrow("timeout");
  });

  it("repeats what was asked, byte for byte", async () => {
    const line = "POST /api/echo/a%2Fb/%C3%BC?q=%20+";
    const headers = { "X-Odd-Case": "1", "content-type": "application/json", "content-encoding": "gzip" };
    expect(parsed(await ask(shop.url, line, { headers, body: "not gzip" }))).toMatchObject({
      method: "POST",
      url: "/api/echo/a%2Fb/%C3%BC?q=%20+",
      headers: expect.arrayContaining(["X-Odd-Case", "1"]) as unknown,
      bytes: 8,
    });
  });
});

describe("live news", () => {
  it("come as events, and go on where the client left off", async () => {
    const all = (await ask(shop.url, "GET /api/events?count=3&everyMs=1")).body.toString();
    expect([...all.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(["1", "2", "3"]);
    const headers = { "last-event-id": "3" };
    const rest = (await ask(shop.url, "GET /api/events?count=1&everyMs=1", { headers })).body.toString();
    expect(rest).toMatch(/^id: 4\nevent: order\ndata: \{"order":1004,/m);
  });

  it("say back what they hear over a WebSocket, text as text and bytes as bytes", async () => {
    const client = new WebSocket(`${shop.url.replace("http", "ws")}/api/live`, ["other", "shop.v1"]);
    await once(client, "open");
    expect(client.protocol).toBe("shop.v1");
    for (const sent of ["grüß dich", Buffer.from([0, 255, 1])]) {
      client.send(sent);
      expect(await once(client, "message")).toEqual([Buffer.from(sent), typeof sent !== "string"]);
    }
    client.close(4001, "done");
    expect((await once(client, "close"))[0]).toBe(4001);
    expect(shop.requests()["GET /api/live (upgrade)"]).toBe(1);
  });

  it("are at one address only", async () => {
    const client = new WebSocket(`${shop.url.replace("http", "ws")}/api/elsewhere`);
    expect(String(await once(client, "error"))).toContain("404");
    expect((await ask(shop.url, "GET /api/live")).status).toBe(426);
  });
});
