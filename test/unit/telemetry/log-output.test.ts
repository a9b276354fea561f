import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { gatheredLines } from "../../../gateway/telemetry/log-output.ts";

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

it("gathers lines and writes them in their order, without being asked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "log");
  // Never closed: the output writes to it for as long as the process lives.
  const fd = openSync(file, "w");
  const lines = Array.from({ length: 500 }, (_, i) => `{"line":${i},"text":"${"x".repeat(i)}"}\n`);
  const output = gatheredLines(fd);
  output.write(lines[0]!);
  expect(readFileSync(file, "utf8")).toBe("");
  for (const line of lines.slice(1)) output.write(line);
  await expect.poll(() => readFileSync(file, "utf8")).toBe(lines.join(""));
});

it.each(["process.exit(3)", "throw new Error('no')"])("loses no line to %s", (ending) => {
  const module = new URL("../../../gateway/telemetry/log-output.ts", import.meta.url);
  const program = `import { standardOutput } from ${JSON.stringify(module.href)};
    standardOutput().write("the last line\\n");
    ${ending};`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  expect(stdout).toBe("the last line\n");
});
