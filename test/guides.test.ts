import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { guideIn, runGuide } from "./support/guide.ts";

const FOLDER = join(import.meta.dirname, "../docs/guides");

describe.each(globSync("*.md", { cwd: FOLDER }))("the guide %s", (file) => {
  const guide = guideIn(readFileSync(join(FOLDER, file), "utf8"));

  it("does what it says, command by command", { timeout: 120_000 }, async () => {
    expect(guide.length).toBeGreaterThan(0);
    for (const { line, command, printed, shown } of await runGuide(guide)) {
      expect.soft(printed, `${basename(file)}:${line}: ${command}`).toMatch(shown);
    }
  });
});
