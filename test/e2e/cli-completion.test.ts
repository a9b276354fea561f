import { execFile } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../unit/admin/fake-parts.ts";
import { MAIN, workFolder } from "../unit/cli/run-banyan.ts";

const run = promisify(execFile);
const work = workFolder(ROUTES);
afterAll(() => work[Symbol.dispose]());

/** What is suggested, without descriptions and the library's last line. */
async function suggested(...typed: string[]): Promise<string[]> {
  const { stdout, stderr, exitCode } = await work.banyan("complete", "--", ...typed);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return stdout
    .split("\n")
    .slice(0, -2)
    .map((line) => line.split("\t")[0]!);
}

describe("completion", { timeout: 120_000 }, () => {
  it("knows commands, route ids, stages and choices", async () => {
    expect(await suggested("can")).toEqual(["can-i-cutover"]);
    expect(await suggested("report", "")).toEqual(["show", "merge", "help"]);
    expect(await suggested("flip", "get-")).toEqual(["get-order"]);
    expect(await suggested("flip", "get-order", "c")).toEqual(["canary", "cutover"]);
    expect(await suggested("can-i-cutover", "get-order", "--to", "r")).toEqual(["retired"]);
    expect(await suggested("record", "--route", "s")).toEqual(["shop-page"]);
  });

  it.each([
    ["is not there", null],
    ["is no YAML", "a: [\0"],
    ["has no routes", "routes: 7"],
    ["is nested too deeply", "[".repeat(100_000)],
  ])("never fails, as when routes.yaml %s", async (_how, text) => {
    const file = join(work.folder, "routes.yaml");
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
    expect(await suggested("status", "")).toEqual([]);
    writeFileSync(file, ROUTES);
  });

  it.each(["bash", "zsh", "fish", "powershell"])("is printed for %s", async (shell) => {
    const { stdout, exitCode } = await work.banyan("completion", shell);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/banyan complete '?--/);
  });

  describe("in a real bash", () => {
    beforeAll(() => {
      // What an installed package has on the PATH.
      const command = join(work.folder, "banyan");
      writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
      chmodSync(command, 0o755);
    });

    /** bash-completion's way to split what is typed, for machines that do not have it. */
    const SPLIT = `_get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=\${COMP_WORDS[COMP_CWORD]}; prev=\${COMP_WORDS[COMP_CWORD-1]}; }`;

    it.each([
      [["flip", "get-"], ["get-order"]],
      [["flip", "get-order", "sha"], ["shadow"]],
      [["prom"], ["promote"]],
    ])("completes %j", async (typed, expected) => {
      const script = [
        SPLIT,
        "compopt() { :; }",
        "source <(banyan completion bash)",
        `COMP_WORDS=(banyan ${typed.join(" ")}); COMP_CWORD=${typed.length}; COMP_LINE="banyan ${typed.join(" ")}"`,
        `$(complete -p banyan | sed "s/.*-F \\([^ ]*\\).*/\\1/")`,
        'printf "%s\\n" "${COMPREPLY[@]}"',
      ].join("\n");
      const env = { ...work.environment, PATH: `${work.folder}:${process.env["PATH"]}` };
      const { stdout } = await run("bash", ["--norc", "-c", script], { cwd: work.folder, env });
      expect(
        stdout
          .trim()
          .split("\n")
          .map((word) => word.trim()),
      ).toEqual(expected);
    });
  });
});
