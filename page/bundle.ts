import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const HERE = import.meta.dirname;
const STYLES = ["tokens", "base", "controls", "shell", "routes", "route", "diffs"].map(
  (name) => `style/${name}.css`,
);
const CHART_STYLE = "../node_modules/uplot/dist/uPlot.min.css";

/** The page as it is served: file name → text. The same source gives the same bytes, on any machine. */
export async function bundlePage(): Promise<Readonly<Record<string, string>>> {
  return { "page.html": textOf("page.html"), "page.css": styles(), "page.js": await script() };
}

async function script(): Promise<string> {
  await using bundle = await rolldown({
    cwd: HERE,
    input: "main.tsx",
    platform: "browser",
    transform: { target: "es2023" },
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false });
  return `${output[0].code.trimEnd()}\n`;
}

function styles(): string {
  return [CHART_STYLE, ...STYLES]
    .map(textOf)
    .join("\n")
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\s*\n\s*/g, "\n")
    .trimStart();
}

function textOf(name: string): string {
  return readFileSync(join(HERE, name), "utf8");
}
