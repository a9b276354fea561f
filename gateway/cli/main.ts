#!/usr/bin/env -S node --max-semi-space-size=8
import module from "node:module";
import { nodeProblem } from "./node-version.ts";

// Nothing else may be imported before the check: an older Node.js would stop at syntax that it does not know.
const problem = nodeProblem(process.versions.node);
if (problem === null) {
  // From the second run on a command starts a third faster; without a place to write to, as fast as the first.
  module.enableCompileCache();
  const { run } = await import("./program.ts");
  process.exitCode = await run(process.argv.slice(2));
} else {
  console.error(`banyan: ${problem}`);
  process.exitCode = 2;
}
