import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { html } from "../../../gateway/report/html.ts";
import type { Report } from "../../../gateway/report/report.ts";
import { reportOf } from "../../../gateway/report/report-of.ts";
import { launchBrowser } from "../../support/browser.ts";
import { plainAssess } from "../../support/report-assess.ts";
import { reportFacts } from "../../support/report-facts.ts";
import { HOSTILE, textPlaces, withText } from "../../support/report-hostile.ts";

const report = reportOf(reportFacts(), plainAssess);
const folder = mkdtempSync(join(tmpdir(), "banyan-report-"));
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** A page opened from a file, and all that it complained of, asked for or ran. */
async function opened(
  shown: Report,
  options: BrowserContextOptions,
): Promise<{ page: Page; noticed: string[] }> {
  const file = join(folder, "report.html");
  writeFileSync(file, html(shown));
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const noticed: string[] = [];
  const address = pathToFileURL(file).href;
  page.on("console", (message) => noticed.push(message.text()));
  page.on("pageerror", (error) => noticed.push(error.message));
  page.on("dialog", (dialog) => {
    noticed.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== address) noticed.push(request.url());
  });
  await page.goto(address);
  return { page, noticed };
}

describe("the page, without scripts", () => {
  it.each(["light", "dark"] as const)(
    "has its style in a %s room, and asks for nothing else",
    async (colorScheme) => {
      const { page, noticed } = await opened(report, { javaScriptEnabled: false, colorScheme });
      const colors = await page.evaluate<string[]>(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]",
      );
      expect(colors).toEqual(
        colorScheme === "light"
          ? ["rgb(255, 255, 255)", "rgb(27, 31, 36)"]
          : ["rgb(18, 22, 27)", "rgb(228, 232, 236)"],
      );
      expect(noticed).toEqual([]);
      await page.context().close();
    },
  );

  it("says the verdict first, then each route, the worst first", async () => {
    const { page } = await opened(report, { javaScriptEnabled: false });
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(
      "✗ NO: 1 of 3 routes must not move up, too little is known of 1",
    );
    expect(await page.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual([
      "get-order",
      "list-orders",
      "get-product",
    ]);
    const checklist = page
      .getByRole("region", { name: "get-order" })
      .getByRole("table", { name: "Checklist" });
    expect(await checklist.getByRole("row").nth(2).innerText()).toMatch(/^✗ no\s+mismatches\s+9 of 12480/);
    await page.context().close();
  });

  it("leads to a route by its link, and opens what is folded", async () => {
    const { page } = await opened(report, { javaScriptEnabled: false });
    await page.getByRole("link", { name: "list-orders" }).click();
    expect(page.url()).toMatch(/#route-2$/);
    const body = page.getByText('"total":129.9000000001');
    expect(await body.isVisible()).toBe(false);
    await page.getByText("GET /api/orders/4711?expand=lines").click();
    expect(await body.isVisible()).toBe(true);
    await page.context().close();
  });

  it.each([320, 1200])("is no wider than a screen of %i pixels", async (width) => {
    const { page } = await opened(everywhere(HOSTILE["script"]!.repeat(20)), {
      javaScriptEnabled: false,
      viewport: { width, height: 800 },
    });
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await page.context().close();
  });

  it("prints what is folded, too", async () => {
    const { page } = await opened(report, { javaScriptEnabled: false });
    await page.emulateMedia({ media: "print" });
    const heights = await page.evaluate<number[]>(
      `[...document.querySelectorAll("details .pair")].map((pair) => pair.getBoundingClientRect().height)`,
    );
    expect(heights.length).toBeGreaterThan(0);
    expect(Math.min(...heights)).toBeGreaterThan(10);
    await page.context().close();
  });
});

it.each(Object.keys(HOSTILE))(
  "with scripts allowed, %s still runs, asks and frames nothing",
  async (name) => {
    const { page, noticed } = await opened(everywhere(HOSTILE[name]!), { javaScriptEnabled: true });
    expect(await page.evaluate(() => "wasRun" in globalThis)).toBe(false);
    expect(
      await page.locator("script, img, svg, iframe, link, base, form, [style], a:not([href^='#'])").count(),
    ).toBe(0);
    expect(noticed).toEqual([]);
    await page.context().close();
  },
);

it("the policy stops what should ever get into the page", async () => {
  const file = join(folder, "broken.html");
  const injected =
    "<script>globalThis.wasRun=1</script><img src='http://127.0.0.1:9/x'><p style='color:red'>x</p>";
  writeFileSync(file, html(report).replace("</main>", `${injected}</main>`));
  const page = await browser.newPage();
  const violations: string[] = [];
  page.on("console", (message) => violations.push(message.text()));
  await page.goto(pathToFileURL(file).href);
  expect(await page.evaluate(() => "wasRun" in globalThis)).toBe(false);
  expect(violations.filter((text) => text.includes("Content Security Policy"))).toHaveLength(3);
  await page.close();
});

function everywhere(text: string): Report {
  return textPlaces(report).reduce((poisoned, place) => withText(poisoned, place, text), report);
}
