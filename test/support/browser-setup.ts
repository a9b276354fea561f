import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { foundBrowser } from "./browser.ts";

const APT = "/usr/bin/apt-get";

/** Before any test: root of a container or a CI machine may install what pages are opened in. Others are told by the tests. */
export default function setup(): void {
  if (foundBrowser() !== null || process.getuid?.() !== 0 || !existsSync(APT)) return;
  console.log("There is no Chromium here: apt-get install chromium");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    try {
      execFileSync(APT, args, { stdio: "ignore", env });
    } catch (error) {
      console.log(
        `apt-get ${args[0]} failed (${String(error)}); the tests that open pages will say what to do`,
      );
    }
  }
}
