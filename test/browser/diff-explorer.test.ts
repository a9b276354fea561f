import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Diffs } from "../../gateway/admin/contract.ts";
import { startDemo, type Demo } from "./demo-traffic.ts";
import { openPage } from "./operator-page.ts";

// A browser and all of the demo share the machine with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** One of those that version 1 adds up wrongly. */
const WRONG_ORDER = "/api/orders/1018";

let demo: Demo | undefined;
let stack: Demo["stack"];
let browser: Demo["browser"];

beforeAll(async () => {
  demo = await startDemo(0);
  ({ stack, browser } = demo);
  // The store opens beside the traffic, and copies are dropped while the machine is busy: it is asked until some were compared.
  for (let samples = 0; samples < 2;) {
    await (await fetch(`${stack.url}${WRONG_ORDER}`)).arrayBuffer();
    const answer = await fetch(`${stack.adminUrl}/api/diffs?route=get-order&at=body/total`);
    if (answer.ok) ({ length: samples } = ((await answer.json()) as Diffs).samples);
  }
});

afterAll(() => demo?.close());

it("leads from a route to the field, to the samples, to the command that excuses it", async () => {
  const { page, goTo, picture, troubles, unreachable } = await openPage(browser, stack.adminUrl);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await goTo("#/routes/get-order");
  await page.getByRole("link", { name: "Differences" }).last().click();
  await page.getByRole("button", { name: /body\/ ?total/ }).click();

  const detail = page.getByRole("region", { name: "body/total" });
  await detail.getByText(/Sample 1 of/).waitFor();
  const [ours, theirs] = await detail
    .locator(".differences .is-chosen td")
    .allInnerTexts()
    .then((cells) => cells.slice(2));
  expect(Number(theirs)).not.toBe(Number(ours));
  await detail.locator(".bodies .is-different").getByText(`"total": ${theirs}`).waitFor();
  await detail.getByRole("button", { name: "Older" }).click();
  await detail.getByText(/Sample 2 of/).waitFor();

  await detail.getByRole("button", { name: "Copy as curl" }).click();
  expect(await clipboard()).toContain(WRONG_ORDER);

  await detail.getByText("Ignore until…").click();
  await detail.getByLabel("Why it may differ").fill("rounding, see #12");
  await detail.getByLabel("Until").fill("2099-01-31");
  await detail.getByText(/differ nowhere else and would count as excused/).waitFor();
  expect(await detail.locator(".hides b").first().innerText()).toMatch(/^[1-9]/);
  await detail.locator(".accept").getByRole("button", { name: "Copy" }).click();
  expect(await clipboard()).toBe(
    "banyan diffs get-order --at body/total --accept 'rounding, see #12' --until 2099-01-31",
  );
  await picture("diff-explorer");
  expect(troubles()).toEqual([]);
  expect(await unreachable()).toEqual([]);
  await page.close();
});

it("keeps the chosen place in its address", async () => {
  const { page, goTo } = await openPage(browser, stack.adminUrl);
  await goTo("#/diffs/get-order?at=body%2Ftotal");
  await page
    .getByRole("region", { name: "body/total" })
    .getByText(/Sample 1 of/)
    .waitFor();
  expect(await page.getByRole("button", { name: /body\/ ?total/ }).getAttribute("aria-current")).toBe("true");
  await page.close();
});
