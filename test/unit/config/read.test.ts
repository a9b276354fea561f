import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../../../gateway/config/read.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "banyan-read-"))));
afterAll(() => rm(folder, { recursive: true }));

async function outcomeOf(content: string | Buffer): Promise<unknown> {
  const path = join(folder, "routes.yaml");
  await writeFile(path, content);
  return readConfig(path, { URL: "http://from-env" });
}

test("a good file becomes a configuration", async () => {
  expect(await outcomeOf('version: 1\nlegacy: { url: "${URL}" }\n')).toMatchObject({
    config: { legacy: { url: "http://from-env" } },
  });
});

test("a byte order mark is no part of the file", async () => {
  expect(await outcomeOf("\uFEFFversion: 1\nlegacy: { url: http://h }\n")).toHaveProperty("config");
});

test.each([
  ["not UTF-8", Buffer.from([0x61, 0x3a, 0xff]), "the file is not UTF-8"],
  ["too large", Buffer.alloc(3 * 2 ** 20, "#"), "the file is larger than 1 MiB"],
])("a file that is %s is a problem", async (_, content, message) => {
  expect(await outcomeOf(content)).toMatchObject({ problems: [{ rule: "BYN1001", message }] });
});

test("a file that is not there says what to do", async () => {
  const hint = "`banyan init` writes one; or name the file in BANYAN_CONFIG";
  expect(await readConfig(join(folder, "none.yaml"), {})).toMatchObject({
    problems: [{ message: "there is no such file", hint }],
  });
});

test("a folder or a pipe is refused at once", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const path of [folder, pipe]) {
    expect(await readConfig(path, {})).toMatchObject({ problems: [{ rule: "BYN1001" }] });
  }
});
