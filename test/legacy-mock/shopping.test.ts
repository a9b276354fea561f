import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, jsonOf, parsed } from "./ask.ts";
import { runningShop } from "./running-shop.ts";

let shop: Awaited<ReturnType<typeof runningShop>>;
beforeAll(async () => {
  shop = await runningShop();
});
afterAll(() => shop.close());

const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
const FORM = { "content-type": "application/x-www-form-urlencoded" };

describe("a visitor", () => {
  it("signs in, is known, and signs out", async () => {
    const credentials = { email: "customer3@shop.example", password: "banyan" };
    const signedIn = await ask(shop.url, "POST /api/session", jsonOf(credentials));
    expect(signedIn.cookies.map((cookie) => cookie.split("=")[0])).toEqual(["sid", "country", "consent"]);
    const headers = { cookie: `theme=dark; ${signedIn.cookies[0]?.split(";")[0]}` };
    expect(parsed(await ask(shop.url, "GET /api/me", { headers }))).toMatchObject({ customer: { id: 3 } });
    expect((await ask(shop.url, "DELETE /api/session", { headers })).status).toBe(204);
    expect((await ask(shop.url, "GET /api/me", { headers })).status).toBe(401);
  });

  it("signs in with a form and is sent on", async () => {
    const body = new URLSearchParams({ email: "customer3@shop.example", password: "banyan" }).toString();
    const answer = await ask(shop.url, "POST /login", { headers: FORM, body });
    expect(answer).toMatchObject({ status: 303, headers: { location: "/api/me" } });
  });

  it("finds the next page where Link says it is", async () => {
    const first = await ask(shop.url, "GET /api/products?category=kitchen&perPage=3");
    const next = /<([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1];
    const second = await ask(shop.url, `GET ${next}`);
    expect(parsed(second)).toMatchObject({ page: 2, perPage: 3 });
    expect(first.headers["x-total-count"]).toBe(second.headers["x-total-count"]);
    expect(second.body).not.toEqual(first.body);
  });

  it("gets the feed compressed only when asked for", async () => {
    const plain = await ask(shop.url, "GET /api/catalogue/feed");
    const zipped = await ask(shop.url, "GET /api/catalogue/feed", { headers: { "accept-encoding": "gzip" } });
    expect(plain.headers).toMatchObject({ vary: "Accept-Encoding" });
    expect(zipped.headers).toMatchObject({ vary: "Accept-Encoding", "content-encoding": "gzip" });
    expect(zipped.body.length).toBeLessThan(plain.body.length);
    expect(gunzipSync(zipped.body)).toEqual(plain.body);
  });

  it("cancels an order that is not on its way yet, once", async () => {
    const buying = { customerId: 1, lines: [{ sku: "SKU-1001", quantity: 2 }] };
    const { headers, body } = jsonOf(buying);
    const bought = await ask(shop.url, "POST /api/checkout", {
      headers: { ...headers, "idempotency-key": "c" },
      body,
    });
    const line = `POST ${bought.headers.location}/cancel`;
    expect(parsed(await ask(shop.url, line))).toMatchObject({ status: "cancelled" });
    expect((await ask(shop.url, line)).status).toBe(409);
    expect(shop.journal().filter(({ operation }) => operation === "cancel-order")).toHaveLength(1);
  });

  it("gets a PDF for an order, by way of a redirect", async () => {
    const { status, headers } = await ask(shop.url, "GET /api/orders/1018/invoice");
    expect(status).toBe(302);
    const file = (await ask(shop.url, `GET ${headers.location}`)).body.toString("latin1");
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)?.[1]);
    expect(file.slice(start, start + 4)).toBe("xref");
    const offsets = [...file.slice(start).matchAll(/^(\d{10}) 00000 n/gm)].map(([, offset]) =>
      Number(offset),
    );
    for (const [index, offset] of offsets.entries())
      expect(file.slice(offset).startsWith(`${index + 1} 0 obj`)).toBe(true);
    const total = /"total":([\d.]+)/.exec((await ask(shop.url, "GET /api/orders/1018")).body.toString())?.[1];
    expect(file).toContain(`Total ${Number(total).toFixed(2)} EUR`);
  });

  it("reads a month as JSON or as a page", async () => {
    const page = await ask(shop.url, "GET /api/reports/2025/03", { headers: { accept: "text/html" } });
    expect(page.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", vary: "Accept" });
    const report = await ask(shop.url, "GET /api/reports/2025/03", {
      headers: { accept: "application/json" },
    });
    expect(parsed(report)).toMatchObject({ month: "2025-03", currency: "EUR" });
  });

  it("sends a message with a form whose fields repeat", async () => {
    const body = "name=J%C3%BCrgen+%2B+Co&topic=returns&topic=a%26b&text=100%25";
    const { status, headers } = await ask(shop.url, "POST /api/contact", { headers: FORM, body });
    expect(status).toBe(303);
    expect(parsed(await ask(shop.url, `GET ${headers.location}`))).toMatchObject({
      name: "Jürgen + Co",
      topics: ["returns", "a&b"],
      text: "100%",
    });
  });

  it("uploads files and is told what arrived", async () => {
    const form = new FormData();
    const picture = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    form.append("note", "schöne Grüße");
    form.append("picture", new Blob([picture], { type: "image/x-test" }), "größe.bin");
    const answer = await fetch(`${shop.url}/api/uploads`, { method: "POST", body: form });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      fields: [["note", "schöne Grüße"]],
      files: [
        {
          field: "picture",
          name: "größe.bin",
          type: "image/x-test",
          bytes: 100_000,
          sha256: sha256(picture),
        },
      ],
    });
  });

  it("is told when a form was cut short, and nothing is written", async () => {
    const before = shop.journal().length;
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const body = '--x\r\ncontent-disposition: form-data; name="a"; filename="a.txt"\r\n\r\nhalf';
    expect((await ask(shop.url, "POST /api/uploads", { headers, body })).status).toBe(400);
    expect(shop.journal().length).toBe(before);
  });

  it("downloads and sends large bodies unharmed", async () => {
    const { body } = await ask(shop.url, "GET /api/blob?bytes=300001");
    expect(body.length).toBe(300_001);
    const sent = await ask(shop.url, "POST /api/blob", { body });
    expect(sent.status).toBe(201);
    expect(parsed(sent)).toEqual({ bytes: 300_001, sha256: sha256(body) });
  });

  it("keeps a file under a difficult name", async () => {
    const line = "/api/files/a%2Fb%20%25%C3%BC";
    const headers = { "content-type": "text/x-odd" };
    expect((await ask(shop.url, `PUT ${line}`, { headers, body: "kept" })).status).toBe(204);
    const kept = await ask(shop.url, `GET ${line}`);
    expect([kept.headers["content-type"], kept.body.toString()]).toEqual(["text/x-odd", "kept"]);
    expect(shop.journal().at(-1)).toMatchObject({ operation: "put-file", key: "a/b %ü" });
  });
});
