import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startDemo, type Demo } from "./demo-traffic.ts";
import { openPage } from "./operator-page.ts";

// A browser and all of the demo share the machine with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const TOKEN = "a-token-of-the-test";
const digest = createHash("sha256").update(TOKEN).digest("hex");

let demo: Demo | undefined;

beforeAll(async () => {
  demo = await startDemo(0, `operators: { tokens: [{ name: dora, sha256: "${digest}", role: operator }] }`);
});

afterAll(() => demo?.close());

it("asks for a token when the API does, keeps it in this tab only, and signs with its name", async () => {
  const { browser, stack } = demo!;
  const { page, troubles, picture, unreachable } = await openPage(browser, stack.adminUrl);
  await page.goto(`${stack.adminUrl}/#/`);
  const dialog = page.getByRole("dialog", { name: "Who is there?" });
  await dialog.getByLabel("Token").fill("wrong");
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.getByText("The token was not accepted").waitFor();
  await picture("token");
  expect(await unreachable()).toEqual([]);
  await dialog.getByLabel("Token").fill(TOKEN);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("row", { name: "get-order" }).waitFor();
  const kept = await page.evaluate(() => [
    localStorage.length,
    document.cookie,
    sessionStorage.getItem("banyan-token"),
  ]);
  expect(kept).toEqual([0, "", TOKEN]);

  await page.getByRole("button", { name: "Move catalogue-feed" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("first step");
  await page.getByRole("dialog").getByRole("button", { name: "Move to shadow" }).click();
  await page.getByText("catalogue-feed: legacy → shadow · flags").waitFor();
  await page.goto(`${stack.adminUrl}/#/audit`);
  await page.getByRole("row", { name: /dora.*first step/ }).waitFor();
  // The events go on with the token, too.
  await page.getByText("live", { exact: true }).waitFor();
  expect(troubles()).toEqual([]);
  await page.close();
});
