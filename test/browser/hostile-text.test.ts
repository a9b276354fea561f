import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Browser } from "playwright-core";
import { adminServer, type AdminServer } from "../../gateway/admin/server.ts";
import { memoryStore } from "../../gateway/store/memory.ts";
import { launchBrowser } from "../support/browser.ts";
import { fakeParts, FROZEN } from "../unit/admin/fake-parts.ts";
import { HOSTILE, hostileEvidence } from "./hostile-text.ts";
import { openPage } from "./operator-page.ts";

// A browser and all of the demo share the machine with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: AdminServer;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  const { parts } = await fakeParts({
    configProblem: () => HOSTILE.join("\n"),
    config: () => ({ legacy: HOSTILE }),
  });
  const { increment, samples } = hostileEvidence("get-order", FROZEN.now());
  const evidence = memoryStore();
  await evidence.append({ id: "1", at: FROZEN.now(), increments: [increment], samples });
  server = await adminServer({ ...parts, evidence }, { host: "127.0.0.1", port: 0 });
});

afterAll(async () => {
  await server?.close();
  await browser?.close();
});

const url = (method: string) =>
  `#/explain?${new URLSearchParams({ method, url: HOSTILE[1]!, headers: HOSTILE.join("\n") })}`;

it.each([
  ["the list", "#/"],
  ["a route", "#/routes/get-order"],
  ["a route that nobody has", `#/routes/${encodeURIComponent(HOSTILE[1]!)}`],
  ["explain", url("GET")],
  ["audit", `#/audit/${encodeURIComponent(HOSTILE[0]!)}`],
  ["system", "#/system"],
])(
  "shows hostile text on %s as text",
  async (_name, hash) => {
    const { page, goTo, troubles } = await openPage(browser, `http://127.0.0.1:${server.port}`);
    await goTo(hash);
    await page.getByText("The newest routes.yaml is not in use").waitFor();
    expect(
      await page
        .locator(
          "main script, main img, main iframe, main math, main a[href^=data], main a[href^=javascript]",
        )
        .count(),
    ).toBe(0);
    expect(troubles()).toEqual([]);
    await page.close();
  },
  60_000,
);

it("shows each hostile place, its values and its bodies as text", async () => {
  const { page, goTo, troubles } = await openPage(browser, `http://127.0.0.1:${server.port}`);
  await goTo("#/diffs/get-order");
  const places = page.locator("button.place");
  await expect.poll(() => places.count()).toBe(HOSTILE.length);
  for (let n = 0; n < HOSTILE.length; n++) {
    await places.nth(n).click();
    await page.locator(".bodies").waitFor();
    await page.getByText("Ignore until…").click();
    const shown = await page.locator("main").innerText();
    expect(shown).toContain("--accept");
    // NUL is no character of a document: browsers show a mark in its place.
    expect(shown.replaceAll("\uFFFD", "\0")).toContain(HOSTILE[n]);
    expect(await page.locator("main script, main img, main iframe, main math").count()).toBe(0);
  }
  expect(troubles()).toEqual([]);
  await page.close();
});
