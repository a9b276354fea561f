import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { openPage } from "./operator-page.ts";

// A browser and all of the demo share the machine with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ROUTES = 5_000;
/** What a screen of 900 pixels may have in the document, with what is drawn beside it. */
const MOST_ROWS = 60;

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  const routes = Array.from(
    { length: ROUTES },
    (_, n) =>
      `  route-${String(n).padStart(4, "0")}: { match: { path: /r${n} }, function: { lambda: probe } }`,
  );
  browser = await launchBrowser();
  stack = await startStack(routes.join("\n"));
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

it("scrolls through 5,000 routes with a few rows in the document, and finds one of them", async () => {
  const { page, goTo, picture, troubles, unreachable } = await openPage(browser, stack.adminUrl);
  await goTo("#/");
  const rows = page.locator(".virtual-rows [role=row]");
  await rows.first().waitFor();
  expect(await page.getByRole("table").getAttribute("aria-rowcount")).toBe(String(ROUTES + 1));
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (const share of [0.1, 0.5, 0.9, 1]) {
    await page.evaluate((top) => scrollTo(0, top), height * share);
    const wanted = Math.min(ROUTES - 1, Math.floor(ROUTES * share));
    await page.locator(`[aria-rowindex="${wanted + 2}"]`).waitFor();
    expect(await rows.count()).toBeLessThanOrEqual(MOST_ROWS);
  }
  await page.getByRole("link", { name: "route-4999", exact: true }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("r1234");
  await page.getByRole("link", { name: "route-1234", exact: true }).waitFor();
  await expect.poll(() => rows.count()).toBe(1);
  await picture("many-routes");
  expect(troubles()).toEqual([]);
  expect(await unreachable()).toEqual([]);
  await page.close();
});

it("never blocks the page for long while it is scrolled", async () => {
  const { page, goTo } = await openPage(browser, stack.adminUrl);
  await goTo("#/");
  const drawn = await page.evaluate(async () => {
    const seen = new Set<string>();
    for (let n = 0; n < 120; n++) {
      scrollBy(0, 400);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const middle = document.elementFromPoint(300, innerHeight / 2)?.closest("[role=row]");
      if (middle instanceof HTMLElement) seen.add(middle.getAttribute("aria-rowindex") ?? "");
    }
    return seen.size;
  });
  // A frame that found nothing drawn below the middle of the screen would be missing here.
  expect(drawn).toBeGreaterThan(110);
  await page.close();
});
