import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MAIN } from "../unit/cli/run-banyan.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "banyan-demo-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first block of the README below this heading. */
function blockOf(heading: string): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, block = ""] =
    new RegExp(`^## ${heading}$[\\s\\S]*?^\`\`\`\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(readme) ?? [];
  return block;
}

/** Starts `banyan demo`, which finds no other place for its files than `folder`. */
function demo(main: string, ...args: string[]) {
  const child = spawn(process.execPath, [main, "demo", ...args], {
    env: { PATH: process.env["PATH"], TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = once(child, "close").then(() => ({ exitCode: child.exitCode, ...output }));
  return { child, output, ended };
}

/** Node.js keeps its compile cache there, too. */
const leftBehind = () => readdirSync(folder).filter((name) => name.startsWith("banyan-"));

describe("banyan demo", () => {
  it("tells the story that README.md shows, word for word, and leaves nothing behind", async () => {
    const { exitCode, stdout, stderr } = await demo(MAIN).ended;
    expect(stdout.trim()).toBe(blockOf("The story in 60 seconds").trim());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(leftBehind()).toEqual([]);
  }, 300_000);

  it("ends all it started when it is told to stop, and leaves nothing behind", async () => {
    const { child, ended } = demo(MAIN);
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ exitCode: 130 });
    expect(leftBehind()).toEqual([]);
  }, 120_000);

  it("says where it is to be had when its parts are not there, as in the package", async () => {
    using place = {
      path: join(folder, "package"),
      [Symbol.dispose]: () => rmSync(join(folder, "package"), { recursive: true }),
    };
    cpSync(join(ROOT, "gateway"), join(place.path, "gateway"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(place.path, "package.json"));
    symlinkSync(join(ROOT, "node_modules"), join(place.path, "node_modules"));
    const { exitCode, stdout } = await demo(join(place.path, "gateway/cli/main.ts"), "--json").ended;
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      command: "demo",
      ok: false,
      problems: [
        {
          message:
            "the demo needs the monolith and the functions of a checkout, which the package leaves out",
        },
      ],
    });
  });
});
