import { readFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { guidePorts, guideShell } from "../support/guide.ts";

const ROOT = join(import.meta.dirname, "../..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");

/** "No" and "not enough evidence" are answers, too. */
const ANSWERED = "case $? in 1|3) ;; *) exit 1 ;; esac";

it("does what the README tries, on the system that `npm start` runs", { timeout: 120_000 }, async () => {
  const [, block] = /```(?:sh)?\n(curl -i [\s\S]*?)```/.exec(readme)!;
  const lines = block!.trim().split("\n");
  expect(lines.length).toBeGreaterThan(5);
  const data = mkdtempSync(join(tmpdir(), "readme-"));
  const { ports, onFreePorts } = await guidePorts();
  const [PORT = "", ADMIN_PORT = "", LEGACY_PORT = "", LOCAL_AWS_PORT = ""] = ports.map(String);
  const shell = guideShell(ROOT, { PORT, ADMIN_PORT, LEGACY_PORT, LOCAL_AWS_PORT, BANYAN_DATA: data });
  try {
    await shell.run(
      `node demo/start.ts > ${data}/log &\nuntil grep -q "Banyan is up" ${data}/log; do sleep 0.2; done`,
      0,
    );
    const printed: string[] = [];
    for (const [i, line] of lines.entries()) {
      printed.push(await shell.run(`{ ${onFreePorts(line.replace(/ #.*/, ""))}; } || ${ANSWERED}`, i));
    }
    expect(printed[0]).toMatch(/^HTTP\/1.1 200 OK/);
    expect(printed.join("")).toContain("get-order  canary 25 %  →  cutover");
  } finally {
    await shell.end();
    rmSync(data, { recursive: true, force: true });
  }
});
