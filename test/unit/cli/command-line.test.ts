import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { envelopeSchema } from "../../../gateway/cli/envelope-schema.ts";
import { commandLine } from "../../../gateway/cli/program.ts";
import { processShell } from "../../../gateway/cli/shell.ts";
import { ENVIRONMENT } from "../../../gateway/config/environment.ts";
import { ROUTES } from "../admin/fake-parts.ts";
import { MAIN, workFolder } from "./run-banyan.ts";

const ROOT = join(import.meta.dirname, "../../..");
const run = promisify(execFile);
const program = commandLine(processShell());

/** Each command with its name as it is typed. */
function commandsIn(parent: Command, path: readonly string[] = []): { name: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const here = [...path, command.name()];
    return [{ name: here.join(" "), command }, ...commandsIn(command, here)];
  });
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => 100 });
  command.outputHelp();
  return text;
}

const all = commandsIn(program);
const leaves = all.filter(({ command }) => command.commands.length === 0);

describe("the help", () => {
  it("is what it was (vitest -u takes over what was changed on purpose)", async () => {
    const texts = [{ name: "", command: program }, ...all].map(
      ({ name, command }) => `$ banyan ${`${name} --help`.trim()}\n${helpOf(command)}`,
    );
    await expect(texts.join("\n\n")).toMatchFileSnapshot("help.snapshot.txt");
  });

  it("leads with examples that begin with the command itself", () => {
    const silent = all.filter(
      ({ name, command }) =>
        !helpOf(command).startsWith("Examples:\n") || !helpOf(command).includes(`banyan ${name}`),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it("loads nothing but what it shows", async () => {
    const hook = `import { registerHooks } from "node:module";
      registerHooks({ load(url, context, next) { process.stderr.write("loads " + url + "\\n"); return next(url, context); } });`;
    const { stderr } = await run(process.execPath, [
      "--import",
      `data:text/javascript,${encodeURIComponent(hook)}`,
      MAIN,
      "--help",
    ]);
    const loaded = [...stderr.matchAll(/^loads (file:.*)$/gm)].map(([, url]) => url!);
    const packages = new Set(
      loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []),
    );
    expect([...packages]).toEqual(["commander"]);
    expect(loaded.length).toBeLessThan(80);
  });

  it("lists exactly the variables that are read", () => {
    const source = readFileSync(join(ROOT, "gateway/config/env.ts"), "utf8");
    const read = [...source.matchAll(/"([A-Z][A-Z_]+)"/g)].map(([, name]) => name!);
    // Commands look for it among all variables.
    expect(ENVIRONMENT.map(({ name }) => name).toSorted()).toEqual([...new Set([...read, "CI"])].toSorted());
  });
});

describe("--json", () => {
  const schema: object = JSON.parse(readFileSync(join(ROOT, "cli-envelope.schema.json"), "utf8")) as object;
  const validate = new Ajv2020().compile(schema);

  /** The envelopes that these print, each of which has to be one. */
  async function envelopes(lines: readonly (readonly string[])[]) {
    using work = workFolder(ROUTES);
    const { stdout } = await run(
      process.execPath,
      [join(import.meta.dirname, "run-many.ts"), JSON.stringify(lines)],
      {
        cwd: work.folder,
        env: work.environment,
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    const printed = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { exitCode: number; ok: boolean });
    for (const envelope of printed)
      expect([envelope, validate(envelope), validate.errors]).toEqual([envelope, true, null]);
    return printed;
  }

  it("is described by the schema that is published", () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(envelopeSchema())));
  });

  it("is what every command prints when it is used wrongly", async () => {
    const printed = await envelopes(leaves.map(({ name }) => [...name.split(" "), "--no-such-option"]));
    expect(printed).toHaveLength(leaves.length);
    expect(printed.filter(({ exitCode, ok }) => exitCode !== 2 || ok)).toEqual([]);
  });

  it("is what commands print when they do their work, or cannot", async () => {
    const done = await envelopes([
      ["validate"],
      ["status"],
      ["explain", "GET", "/api/orders/1"],
      ["flip", "get-order", "legacy", "--reason", "x"],
      ["promote", "get-order"],
      ["pause", "get-order"],
      ["kill"],
      ["rollback", "--all"],
      ["diffs"],
      ["audit"],
      ["audit", "verify"],
      ["iam"],
      ["config", "print"],
      ["config", "schema"],
      ["completion", "bash"],
      ["help", "environment"],
      ["init", "other.yaml"],
    ]);
    expect(done.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    const undone = await envelopes([
      ["health"],
      ["can-i-cutover"],
      ["can-i-cutover", "get-order"],
      ["report", "show", "get-order"],
      ["report", "merge", "missing.json"],
      ["flip", "get-oder", "shadow", "--reason", "x"],
      ["coverage", "missing.ndjson"],
      ["import", "har", "missing.har", "--out", "x.ndjson"],
      ["config", "diff"],
      ["init"],
      ["record", "--out", "x.ndjson"],
    ]);
    expect(undone.filter(({ ok }) => ok)).toEqual([]);
  });
});
