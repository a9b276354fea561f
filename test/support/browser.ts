import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Chromium as this machine has it: the one that `CHROMIUM` names, or the first in PATH. Without a window. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath(),
    // In containers processes may have no user namespace and little shared memory; pages here are our own.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

/** Where this machine's is; null when it has none. */
export function foundBrowser(): string | null {
  const { CHROMIUM: named, PATH = "" } = process.env;
  if (named !== undefined && named !== "") return named;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return places.find(isExecutable) ?? null;
}

function browserPath(): string {
  const found = foundBrowser();
  if (found !== null) return found;
  throw new Error(
    "This test opens pages in Chromium, and there is none. Install it (Debian: apt-get install chromium; macOS: brew install --cask chromium), or name one: CHROMIUM=/path/to/chromium.",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
