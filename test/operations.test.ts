import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { guideIn, runGuide } from "./support/guide.ts";

const PAGE = join(import.meta.dirname, "../docs/operations.md");

it("what docs/operations.md says to do works as it stands", { timeout: 120_000 }, async () => {
  for (const { line, command, printed, shown } of await runGuide(guideIn(readFileSync(PAGE, "utf8")))) {
    expect.soft(printed, `operations.md:${line}: ${command}`).toMatch(shown);
  }
});
