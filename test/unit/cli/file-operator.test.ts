import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fileOperator } from "../../../gateway/cli/file-operator.ts";
import { readEnv } from "../../../gateway/config/env.ts";

test("flags in AppConfig are out of reach without a gateway, and that is said with what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "operator-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "routes.yaml");
  const flags = "{ source: appconfig, application: a, environment: b, profile: c }";
  await writeFile(file, `version: 1\nlegacy: { url: "http://127.0.0.1:1" }\nflags: ${flags}\n`);
  await expect(fileOperator(readEnv({ BANYAN_CONFIG: file }))).rejects.toMatchObject({
    name: "CliError",
    exitCode: 4,
    message: expect.stringContaining("AppConfig") as unknown,
    problems: [{ next: "banyan start" }],
  });
});
