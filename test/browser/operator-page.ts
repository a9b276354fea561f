import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";

const ARTIFACTS = join(import.meta.dirname, "../../test-artifacts");

declare global {
  interface Window {
    axe: typeof axe;
    tellTest(text: string): void;
  }
}

/** The operator's page in a tab of its own, watched. */
export interface WatchedPage {
  readonly page: Page;
  /** Goes to a part of the page, such as `#/audit`, and waits until it is there. */
  readonly goTo: (hash: string) => Promise<void>;
  /** What the browser refused by the page's policy, and errors that nobody caught; empty for none. */
  readonly troubles: () => readonly string[];
  /** What axe finds wrong, by rule and place; empty for nothing. It puts a script of its own into the page. */
  readonly unreachable: () => Promise<readonly string[]>;
  /** Keeps a picture in test-artifacts/. */
  readonly picture: (name: string) => Promise<void>;
}

export interface TabOptions {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
}

/** Opens the page of an operator's side. What it shows moves nobody, so pictures are the same each time. */
export async function openPage(
  browser: Browser,
  adminUrl: string,
  options: TabOptions = {},
): Promise<WatchedPage> {
  const { scheme = "light", width = 1440, height = 900 } = options;
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  page.setDefaultTimeout(60_000);
  const seen: string[] = [];
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A refused request is told on the page itself.
    const isTold = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isTold) seen.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    seen.push(`a script ran: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.exposeFunction("tellTest", (text: string) => seen.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
      window.tellTest(`policy: ${violatedDirective} ${blockedURI} ${sample}`);
    });
  });
  return {
    page,
    async goTo(hash) {
      await page.goto(`${adminUrl}/${hash}`);
      await page.locator("main h1").waitFor();
    },
    troubles: () => seen,
    async unreachable() {
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => window.axe.run());
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
      );
    },
    async picture(name) {
      mkdirSync(ARTIFACTS, { recursive: true });
      await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
    },
  };
}
