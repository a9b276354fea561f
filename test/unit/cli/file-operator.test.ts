import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { fileOperator } from "../../../gateway/cli/file-operator.ts";
import { readEnv } from "../../../gateway/config/env.ts";
import { containing } from "./text-matchers.ts";

test("flags in AppConfig that cannot be read are told: their stages are not those of routes.yaml", async () => {
  const folder = await mkdtemp(join(tmpdir(), "operator-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test").stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  onTestFinished(() => void vi.unstubAllEnvs());
  const file = join(folder, "routes.yaml");
  const flags = "{ source: appconfig, application: a, environment: b, profile: c }";
  const aws = '{ endpoint: "http://127.0.0.1:1" }';
  await writeFile(file, `version: 1\nlegacy: { url: "http://127.0.0.1:1" }\nflags: ${flags}\naws: ${aws}\n`);
  const settings = readEnv({ BANYAN_CONFIG: file, BANYAN_DATA: folder });
  expect(await fileOperator(settings)).toMatchObject({
    flagsAt: "AppConfig a/b/c",
    problem: containing("AppConfig"),
  });
});
