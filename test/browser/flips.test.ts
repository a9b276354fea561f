import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Page } from "playwright-core";
import type { Status } from "../../gateway/admin/status-contract.ts";
import type { Stage } from "../../gateway/routes/route.ts";
import { startDemo, type Demo } from "./demo-traffic.ts";
import { openPage } from "./operator-page.ts";

// A browser and all of the demo share the machine with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let demo: Demo | undefined;
let stack: Demo["stack"];
let browser: Demo["browser"];

beforeAll(async () => {
  demo = await startDemo(8);
  ({ stack, browser } = demo);
});

afterAll(() => demo?.close());

async function status(): Promise<Status> {
  const answer = await fetch(`${stack.adminUrl}/api/status`);
  return (await answer.json()) as Status;
}

async function stageOf(route: string): Promise<Stage> {
  return (await status()).routes.find(({ id }) => id === route)!.stage;
}

const dialogOf = (page: Page) => page.getByRole("dialog");

it("refuses what is not proven, says why, and gives way to whoever types the route's name", async () => {
  const { page, goTo, picture, troubles, unreachable } = await openPage(browser, stack.adminUrl);
  await goTo("#/routes/get-order");
  await page.getByRole("button", { name: "Move…" }).click();
  const dialog = dialogOf(page);
  await dialog.getByText("too little is known").or(dialog.getByText("evidence says no")).waitFor();
  await dialog.getByText(/checks do not say yes/).waitFor();
  await dialog.getByText(/5 % of its clients move to the function/).waitFor();
  await dialog.getByLabel("Reason").fill("a drill");
  const move = dialog.getByRole("button", { name: "Override and move to canary 5 %" });
  expect(await move.isDisabled()).toBe(true);
  await dialog.getByLabel(/type get-order/).fill("get-orders");
  expect(await move.isDisabled()).toBe(true);
  await picture("flip-refused");
  expect(await unreachable()).toEqual([]);
  await dialog.getByLabel(/type get-order/).fill("get-order");
  await dialog.getByLabel("Signed by").fill("anna");
  await move.click();
  await page.getByRole("status").getByText("get-order: shadow → canary 5 %").waitFor();
  expect(await stageOf("get-order")).toBe("canary");
  expect(troubles()).toEqual([]);
  await goTo("#/audit/get-order");
  await page.getByRole("row", { name: /anna.*a drill/ }).waitFor();
  await page.close();
});

it("rolls back by one click, and offers the way up again", async () => {
  await stack.flip("search-catalogue", "canary", 10);
  const { page, goTo } = await openPage(browser, stack.adminUrl);
  await goTo("#/");
  const row = page.getByRole("row", { name: "search-catalogue" });
  await row.getByText("canary 10 %").waitFor();
  await row.getByRole("button", { name: "Roll search-catalogue back" }).click();
  const line = page.getByRole("status");
  await line.getByText("search-catalogue: canary 10 % → shadow").waitFor();
  expect(await stageOf("search-catalogue")).toBe("shadow");
  await line.getByRole("button", { name: "Move it up again…" }).click();
  await dialogOf(page).getByText("canary 10 %").first().waitFor();
  await page.close();
});

it("says who was faster when two tabs move at once, and shows how it is now", async () => {
  const [first, second] = [await openPage(browser, stack.adminUrl), await openPage(browser, stack.adminUrl)];
  for (const { page, goTo } of [first, second]) {
    await goTo("#/routes/catalogue-feed");
    await page.getByRole("button", { name: "Move…" }).click();
    await dialogOf(page).getByLabel("Reason").fill("first step");
    await dialogOf(page)
      .getByText(/the function gets copies/)
      .waitFor();
  }
  await dialogOf(first.page).getByLabel("Signed by").fill("bob");
  await dialogOf(first.page).getByRole("button", { name: "Move to shadow" }).click();
  await first.page.getByText("catalogue-feed: legacy → shadow · flags").waitFor();

  const dialog = dialogOf(second.page);
  await dialog.getByRole("button", { name: "Move to shadow" }).click();
  await dialog
    .getByText(/Somebody was faster.*bob made a change .*catalogue-feed: legacy → shadow/)
    .waitFor();
  await second.picture("flip-conflict");
  expect(await second.unreachable()).toEqual([]);
  await dialog.getByRole("button", { name: "Show how it is now" }).click();
  await dialog.getByText("nothing has to change").waitFor();
  await Promise.all([first.page.close(), second.page.close()]);
});

it("stops everything after one question, from anywhere, and starts again", async () => {
  const { page, goTo, picture, troubles, unreachable } = await openPage(browser, stack.adminUrl);
  await goTo("#/system");
  await page.getByRole("button", { name: "Kill switch" }).click();
  await dialogOf(page).getByRole("button", { name: "Stop all functions" }).click();
  await page.getByText("The kill switch is on").waitFor();
  expect((await status()).flags.killed).toBe(true);
  expect(await unreachable()).toEqual([]);
  await goTo("#/");
  await picture("killed");
  await page.getByRole("button", { name: "Switch it off" }).click();
  await page.getByText("The kill switch is on").waitFor({ state: "detached" });
  expect((await status()).flags.killed).toBe(false);
  expect(troubles()).toEqual([]);
  await page.close();
});

it("moves a route by keyboard alone, and gives focus back", async () => {
  const { page, goTo } = await openPage(browser, stack.adminUrl);
  await goTo("#/");
  await page.keyboard.press("/");
  await page.keyboard.type("list-cust");
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName,
    );
  const tabTo = async (label: string) => {
    for (let n = 0; n < 40 && (await focused()) !== label; n++) await page.keyboard.press("Tab");
    expect(await focused()).toBe(label);
  };
  await tabTo("Move list-customers");
  await page.keyboard.press("Enter");
  await dialogOf(page)
    .getByText(/the function gets copies/)
    .waitFor();
  await tabTo("TEXTAREA");
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Tab");
  await page.keyboard.type("carol");
  await page.keyboard.press("Enter");
  await page.getByText("list-customers: legacy → shadow · flags").waitFor();
  expect(await stageOf("list-customers")).toBe("shadow");
  await expect.poll(focused).toBe("Move list-customers");
  await page.close();
});

it("pauses and stops one route", async () => {
  const { page, goTo } = await openPage(browser, stack.adminUrl);
  await goTo("#/routes/product-image");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Stop this route" }).click();
  await page.getByText("stopped: all on legacy").waitFor();
  expect((await status()).routes.find(({ id }) => id === "product-image")?.killed).toBe(true);
  await page.getByRole("button", { name: "Let the function answer again" }).click();
  await page.getByText("stopped: all on legacy").waitFor({ state: "detached" });
  await page.close();
});
