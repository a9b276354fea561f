import { run } from "../../../gateway/cli/program.ts";

/** `node run-many.ts '[["status"], …]'`: several commands in one process, as a start of Node.js each takes its time. */
const [, , lines = "[]"] = process.argv;
for (const args of JSON.parse(lines) as string[][]) await run([...args, "--json"]);
process.exitCode = 0;
