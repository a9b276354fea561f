import { readFileSync } from "node:fs";

/** Why this Node.js cannot run us, in one line, or null when it can. */
export function nodeProblem(version: string, engines = requiredEngines()): string | null {
  const least = engines.replace(/^>=/, "");
  return isOlder(version, least)
    ? `this needs Node.js ${least} or newer, and this is ${version}: install it from https://nodejs.org`
    : null;
}

/** What package.json asks for; it is two folders up from the source and from the build alike. */
function requiredEngines(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const [, least = "0"] = /"engines":\s*\{\s*"node":\s*">=([0-9.]+)"/.exec(text) ?? [];
  return `>=${least}`;
}

function isOlder(version: string, least: string): boolean {
  const have = version.split(".").map(Number);
  for (const [index, wanted] of least.split(".").map(Number).entries()) {
    const part = have[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
