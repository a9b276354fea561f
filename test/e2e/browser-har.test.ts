import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CorpusEntry } from "../../gateway/corpus/corpus.ts";
import { importHar } from "../../gateway/corpus/har.ts";
import { firstValue, without } from "../../gateway/http/headers.ts";
import { replay } from "../../gateway/replay/replay.ts";
import { launchBrowser } from "../support/browser.ts";
import { sorted, type Sorted } from "../support/corpora/items.ts";
import { recordingFront, type Seen } from "../support/recording-front.ts";
import { runningShop } from "../legacy-mock/running-shop.ts";
import { corpusOf } from "../unit/replay/entries.ts";
import { startReplaying } from "../unit/replay/replaying.ts";

/** What scripts of a page do, in the page. */
const BY_SCRIPT = `(async () => {
  const send = (method, target, body, headers = {}) => fetch(target, { method, body, headers }).then((a) => a.arrayBuffer());
  const json = { "content-type": "application/json" };
  const get = (target, options) => fetch(target, options).then((a) => a.arrayBuffer());

  const image = new Image();
  image.src = "/api/products/SKU-1001/image";
  await image.decode().catch(() => undefined);
  await get("/api/catalogue/feed");
  await get("/api/orders?customer=1&q=%20a b&k=ü&e=#part", { headers: { "x-own": "one, two" } });
  await get("/api/products/SKU-1003");
  await get("/api/products/SKU-1003");
  await get("/api/products/SKU-1003", { cache: "no-cache" });
  await get("/api/status/404");
  await fetch("/api/basket", { method: "HEAD" });

  await send("POST", "/api/basket/items", JSON.stringify({ sku: "SKU-1001", quantity: 2 }), json);
  await send("POST", "/api/basket/items", JSON.stringify({ sku: "SKU-1002", quantity: 1 }), json);
  await send("DELETE", "/api/basket/items/SKU-1002");
  await get("/api/basket");
  const bought = await fetch("/api/checkout", {
    method: "POST",
    body: JSON.stringify({ customerId: 1 }),
    headers: { ...json, "idempotency-key": "visit-1" },
  });
  await bought.json();
  await get(bought.headers.get("location"));
  await send("PUT", "/api/files/caf%C3%A9.txt", "Köln\\r\\n\\u{1f333}");
  const fields = new FormData();
  fields.append("note", "grün");
  await send("POST", "/api/uploads", fields);

  // Bytes that are no text, and what is read from files, are not in a HAR.
  await send("PUT", "/api/blob", new Uint8Array([0, 255, 128, 10, 13]));
  await send("POST", "/api/blob", new Blob(["some text"]));
  fields.append("file", new Blob([new Uint8Array([0, 255])]), "f.bin");
  await send("POST", "/api/uploads", fields);
  await get("data:text/plain,none");
  await new Promise((done) => {
    new WebSocket("ws://" + location.host + "/api/live").onerror = done;
  });
})()`;

/** A page of the old site with a form that is sent. */
const submitted = (action: string, fields: string) =>
  `document.body.innerHTML = '<form method="post" action="${action}">${fields}</form>'; document.forms[0].submit();`;

describe("what a browser did in the shop", { timeout: 120_000 }, () => {
  const owned = new AsyncDisposableStack();
  let shop: Awaited<ReturnType<typeof runningShop>>;
  let asked: readonly Seen[];
  let imported: Sorted;
  afterAll(() => owned.disposeAsync());
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "banyan-har-"));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    shop = await runningShop();
    owned.defer(() => shop.close());
    const front = owned.use(await recordingFront(shop.url));
    const browser = await launchBrowser();
    owned.defer(() => browser.close());
    const path = join(folder, "visit.har");
    const context = await browser.newContext({ recordHar: { path, content: "embed", mode: "full" } });
    const page = await context.newPage();
    const at = (target: string) => front.url + target;

    await page.goto(at("/api/reports/2026/03"));
    await page.evaluate(BY_SCRIPT);
    await page.evaluate(
      submitted(
        "/login",
        '<input name="email" value="customer1@shop.example"><input name="password" value="banyan">',
      ),
    );
    await page.waitForURL("**/api/me");
    await page.goto(at("/go/SKU-1004"));
    await page.goto(at("/old/orders/1001"));
    await page.goto(at("/api/reports/2026/04"));
    await page.evaluate(
      submitted(
        "/api/contact",
        '<input name="name" value="Zoë & Co"><input name="text" value="a+b=c"><input name="topic" value="x"><input name="topic" value="y">',
      ),
    );
    await page.waitForURL("**/api/contact/*");
    // Only now is the file whole.
    await context.close();
    // What the browser asks for by itself is no page's, and in no HAR.
    asked = front.seen.filter(({ target }) => target !== "/favicon.ico");
    imported = await sorted(importHar(path));
  }, 60_000);

  it("comes into the corpus as the server saw it, each request once", () => {
    const { entries } = imported;
    expect(entries.map(({ request }) => lineOf(request)).toSorted()).toEqual(asked.map(lineOf).toSorted());
    const both = besideSeen(entries, asked);
    expect(both.map(([{ request }]) => fieldsOf(request.headers))).toEqual(
      both.map(([, { headers }]) => fieldsOf(headers)),
    );
    const whole = both.filter(([{ request }]) => request.isWhole);
    expect(whole.map(([{ request }]) => request.body)).toEqual(whole.map(([, { body }]) => body));
    expect(whole.filter(([{ request }]) => request.body.length > 0)).toHaveLength(7);
    expect(both.filter((pair) => !whole.includes(pair)).map(([, one]) => lineOf(one))).toEqual([
      "PUT /api/blob",
      "POST /api/blob",
      "POST /api/uploads",
    ]);
  });

  it("brings the answers along", () => {
    const both = besideSeen(imported.entries, asked);
    // A page is never told that what it has is still good; it is given that once more.
    const [revalidated, others] = [true, false].map((is) =>
      both.filter(([, { answer }]) => (answer.status === 304) === is),
    );
    const first = others!.find(([, one]) => lineOf(one) === lineOf(revalidated![0]![1]))!;
    expect(revalidated!.map(([{ answer }]) => [answer?.status, answer?.body])).toEqual([
      [200, first[1].answer.body],
    ]);
    expect(others!.map(([{ answer }]) => [answer?.status, fieldsOf(answer?.headers ?? [])])).toEqual(
      others!.map(([, { answer }]) => [
        answer.status,
        fieldsOf(without(answer.headers, new Set(["content-encoding"]))),
      ]),
    );
    const whole = others!.filter(([{ answer }]) => answer?.isWhole);
    expect(whole.map(([{ answer }]) => answer?.body)).toEqual(
      whole.map(([, { answer }]) => unpacked(answer)),
    );
    // Browsers do not keep the bodies of redirects, and do not say that a HEAD was answered with none.
    expect(others!.filter((pair) => !whole.includes(pair)).map(([, one]) => lineOf(one))).toEqual([
      "HEAD /api/basket",
      "POST /login",
      "GET /go/SKU-1004",
      "GET /old/orders/1001",
      "POST /api/contact",
    ]);
  });

  it("says what cannot be taken over", () => {
    const said = Map.groupBy(imported.problems, ({ message }) => message);
    expect([...said].map(([message, { length }]) => `${length} × ${message}`)).toEqual([
      "1 × the browser answered from its cache (nothing went over the wire); left out",
      "3 × the HAR does not have all bytes of the request's body: it cannot be sent again",
      "1 × a WebSocket cannot be sent again; left out",
    ]);
    const named = imported.problems.filter(({ message }) => message.includes("cannot be sent again"));
    const ids = imported.entries.filter(({ request }) => !request.isWhole).map(({ id }) => id);
    expect(named.map(({ line }) => `har-${line}`)).toEqual(expect.arrayContaining(ids));
  });

  it("is the same on both sides when both are the shop", async () => {
    await using parts = await startReplaying(bothSides(shop.url));
    const before = shop.requests();
    const { outcomes } = await replay(corpusOf(imported.entries), parts, { includeUnsafe: true });
    const differing = (await parts.store.samples({ limit: 1_000 })).filter(
      ({ comparison }) => comparison.verdict === "mismatch",
    );
    expect(differing.map(({ request, comparison }) => [request.target, comparison.differences])).toEqual([]);
    const { match = 0, ignored = 0, ...left } = outcomes;
    expect(left).toEqual({ "not-whole": 3 });
    expect(match + ignored).toBe(imported.entries.length - 3);
    expect(shop.requests()["POST /api/contact"]! - before["POST /api/contact"]!).toBe(2);
    // Each side gave its own session, or its visitor would not be known.
    const [{ coverage } = { coverage: {} }] = await parts.store.summaries({});
    expect(Object.keys(coverage).filter((what) => what.includes(" 401"))).toEqual([]);
  });
});

/** Whatever is made anew each time: sessions, baskets, messages, and when something was written. */
const bothSides = (url: string) => `version: 1
legacy: { url: "${url}" }
routes:
  all:
    match: { path: "/{rest*}" }
    function: { url: "${url}" }
    repeatable: false
    shadow: { secondary: 0, writes: skip }
    compare:
      matchers:
        - { at: cookie/sid, like: uuid }
        - { at: cookie/basket, like: uuid }
        - { at: header/location, like: text }
        - { at: body/generatedAt, like: timestamp }
        - { at: "body/html/0/p/1/small/0/#text/0", like: text }
        - { at: "body/body/0/p/0/#text/0", like: text }
      arrays: [{ at: body/customer/tags, as: set }]
`;

const lineOf = ({ method, target }: { readonly method: string; readonly target: string }) =>
  `${method} ${target}`;

/** Each entry with the request as the server saw it: of the same line, the first with the first. */
function besideSeen(entries: readonly CorpusEntry[], seen: readonly Seen[]): [CorpusEntry, Seen][] {
  const waiting = Map.groupBy(seen, lineOf);
  return entries.map((entry) => [entry, waiting.get(lineOf(entry.request))!.shift()!]);
}

/** Of one connection only (RFC 9110 §7.6.1), or framing. */
const OF_A_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "content-length"]);

/** Fields that are the request's or the answer's own. A HAR does not keep their order. */
function fieldsOf(headers: readonly string[]): string[] {
  const rest = without(headers, OF_A_CONNECTION);
  return rest.flatMap((name, n) => (n % 2 === 0 ? `${name.toLowerCase()}: ${rest[n + 1]}` : [])).toSorted();
}

function unpacked({ headers, body }: Seen["answer"]): Buffer {
  return firstValue(headers, "content-encoding") === "gzip" ? gunzipSync(body) : body;
}
