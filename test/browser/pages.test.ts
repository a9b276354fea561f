import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { oneRound, startDemo, type Demo } from "./demo-traffic.ts";
import { openPage } from "./operator-page.ts";

// A browser and all of the demo share the machine with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let demo: Demo | undefined;
let stack: Demo["stack"];
let browser: Demo["browser"];

beforeAll(async () => {
  demo = await startDemo(30);
  ({ stack, browser } = demo);
  await stack.flip("list-customers", "shadow");
});

afterAll(() => demo?.close());

/** Where each page is, and something that only live data can put there. */
const PAGES = [
  ["routes", "#/", "get-order"],
  ["route", "#/routes/get-order", "pairs of function version 1"],
  ["diffs", "#/diffs/search-catalogue", "not comparable"],
  ["explain", "#/explain?method=GET&url=%2Fapi%2Forders%2F1001", "In stage shadow legacy answers"],
  ["audit", "#/audit", "each as it was written"],
  ["system", "#/system", "the newest routes.yaml is in use"],
] as const;

describe.each(["light", "dark"] as const)("in %s", (scheme) => {
  it.each(PAGES)("shows %s with live data, to everybody, within its policy", async (name, hash, live) => {
    const { page, goTo, picture, troubles, unreachable } = await openPage(browser, stack.adminUrl, {
      scheme,
    });
    await goTo(hash);
    await page.getByText(live).first().waitFor();
    await oneRound(stack, 1);
    await picture(`${name}-${scheme}`);
    expect(troubles()).toEqual([]);
    expect(await unreachable()).toEqual([]);
    await page.close();
  });
});

it.each(PAGES)("shows %s on a phone without scrolling to the side", async (name, hash, live) => {
  const { page, goTo, picture, troubles } = await openPage(browser, stack.adminUrl, {
    width: 390,
    height: 844,
  });
  await goTo(hash);
  await page.getByText(live).first().waitFor();
  await picture(`${name}-phone`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(troubles()).toEqual([]);
  await page.close();
});

it("shows what changes without being asked", async () => {
  const { page, goTo } = await openPage(browser, stack.adminUrl);
  await goTo("#/");
  const row = page.getByRole("row", { name: "get-basket" });
  await row.getByText("not begun").waitFor();
  await stack.flip("get-basket", "shadow");
  await row.getByText("shadow", { exact: true }).waitFor();
  const version = await stack.flip("get-basket", "legacy");
  await row.getByText("not begun").waitFor();
  expect(await page.locator("header").innerText()).toContain(`flags ${version}`);
  await page.close();
});

it("draws charts of both sides, and marks flips", async () => {
  const { page, goTo, troubles } = await openPage(browser, stack.adminUrl);
  await goTo("#/routes/search-catalogue");
  await page.waitForFunction(() => document.querySelectorAll("canvas").length === 3);
  await oneRound(stack, 2);
  await expect.poll(() => page.locator(".legend b").first().textContent(), { timeout: 20_000 }).toMatch(/\d/);
  await stack.flip("search-catalogue", "legacy");
  await page
    .getByText(/shadow → legacy/)
    .first()
    .waitFor();
  expect(troubles()).toEqual([]);
  await page.close();
});

it("says so when the gateway cannot be reached, and keeps what it knew", async () => {
  const { page, goTo } = await openPage(browser, stack.adminUrl);
  await goTo("#/");
  await page.context().setOffline(true);
  await page.getByText("What is shown is old").waitFor({ timeout: 50_000 });
  expect(await page.getByRole("row", { name: "get-order" }).count()).toBe(1);
  await page.context().setOffline(false);
  await page.getByText("What is shown is old").waitFor({ state: "detached", timeout: 50_000 });
  await page.close();
});
