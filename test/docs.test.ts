import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../gateway/config/load.ts";
import { RULES } from "../gateway/config/rules.ts";

const ROOT = join(import.meta.dirname, "..");
const pages = [
  ...globSync("*.md", { cwd: ROOT }),
  ...globSync("docs/**/*.md", { cwd: ROOT }),
  "legacy-mock/README.md",
  "lambdas/README.md",
];
const text = new Map(pages.map((page) => [page, readFileSync(join(ROOT, page), "utf8")]));
const scripts = (
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> }
).scripts;
const commands = new Set(
  globSync("gateway/cli/*.ts", { cwd: ROOT })
    .flatMap((file) => [
      ...readFileSync(join(ROOT, file), "utf8").matchAll(
        /(?:subcommand\(\s*program,\s*|program\s*\.command\()"([\w-]+)/g,
      ),
    ])
    .map(([, name]) => name!)
    .concat("help"),
);

/** A path of the repository as pages write it in code: `gateway/http/respond.ts`, `docs/adr/`, `routes.yaml`. */
const PATH =
  /`((?:gateway|lambdas|legacy-mock|local-aws|demo|docs|test|bench|\.ci|\.github)\/[\w./-]*|[\w-]+\.(?:yaml|yml|json))`/g;

describe("the documentation", () => {
  it("names only files that exist", () => {
    const missing = [...text].flatMap(([page, content]) =>
      [...content.matchAll(PATH)]
        .map(([, path]) => path!)
        .filter((path) => !MENTIONED_ONLY.has(path) && !existsSync(join(ROOT, path)))
        .map((path) => `${page}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it("links only to what exists", () => {
    const broken = [...text].flatMap(([page, content]) =>
      [...content.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
        .map(([, target]) => join(dirname(page), target!))
        .filter((target) => !existsSync(join(ROOT, target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("runs only scripts and commands that exist", () => {
    const unknown = [...text].flatMap(([page, content]) => [
      ...[...content.matchAll(/npm run ([\w:-]+)/g)]
        .map(([, name]) => name!)
        .filter((name) => scripts[name] === undefined)
        .map((name) => `${page}: npm run ${name}`),
      ...[...content.matchAll(/(?:npx |`)banyan ([a-z][a-z-]*)/g)]
        .map(([, name]) => name!)
        .filter((name) => !commands.has(name))
        .map((name) => `${page}: banyan ${name}`),
    ]);
    expect(unknown).toEqual([]);
  });

  it("shows only options that their commands have", { timeout: 120_000 }, () => {
    expect(commandLines(text.get("README.md")!).length).toBeGreaterThan(5);
    const unknown = [...text].flatMap(([page, content]) =>
      commandLines(content).flatMap((words) => {
        const help = helpOf(words);
        return words
          .flatMap((word) => /^--[a-z][\w-]*/.exec(word) ?? [])
          .filter((option) => !help.includes(option))
          .map((option) => `${page}: banyan ${words.join(" ")} (${option})`);
      }),
    );
    expect(unknown).toEqual([]);
  });

  it("shows only configurations that are valid", () => {
    const examples = [...text].flatMap(([page, content]) =>
      [...content.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```/gm)].map(([, indent, yaml]) => [
        page,
        yaml!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      ]),
    );
    const files = examples.filter(([, yaml]) => /^version: 1$/m.test(yaml!));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const [page, yaml] of files) {
      const loaded = loadConfig(yaml!, page!, {});
      expect("problems" in loaded ? loaded.problems : []).toEqual([]);
    }
  });

  it("explains every rule of routes.yaml", () => {
    const page = text.get("docs/configuration.md")!;
    expect(RULES.filter(({ id }) => !page.includes(id)).map(({ id }) => id)).toEqual([]);
  });
});

/** Each `banyan …` of the blocks of a page, as its words. */
function commandLines(content: string): string[][] {
  const blocks = [...content.matchAll(/^ *```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm)]
    .filter(([, language]) => ["", "sh", "bash"].includes(language!))
    .map(([, , block]) => block!);
  return blocks.flatMap((block) =>
    block
      .replaceAll("\\\n", " ")
      .split(/\n|&&|\|\||\|/)
      .flatMap((line) => {
        const [, words] = /(?:^|\s)(?:npx )?banyan ([a-z].*)/.exec(line.split(" #", 1)[0]!) ?? [];
        return words === undefined ? [] : [words.replaceAll(/"[^"]*"|'[^']*'/g, "…").split(/\s+/)];
      }),
  );
}

const helps = new Map<string, string>();

/** What the command line says of a command, that of its second word included where it is one. */
function helpOf([command = "", second = ""]: readonly string[]): string {
  const isNested = NESTED.has(command) && /^[a-z]+$/.test(second);
  const asked = isNested ? [command, second] : [command];
  const key = asked.join(" ");
  let help = helps.get(key);
  if (help === undefined) {
    const { stdout } = spawnSync(process.execPath, [MAIN, ...asked, "--help"], { encoding: "utf8" });
    helps.set(key, (help = stdout));
  }
  return help;
}

const MAIN = join(ROOT, "gateway/cli/main.ts");
const NESTED = new Set(["audit", "config", "export", "import", "report"]);

/** Examples of what a reader makes, and places that exist while the gateway runs. */
const MENTIONED_ONLY = new Set([
  "lambdas/get-version/handler.ts",
  "function.json",
  "flags.yaml",
  "flags.json",
]);
