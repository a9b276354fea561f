import type { Found, Scenario } from "./scenario.ts";

export interface Tried {
  readonly scenario: Scenario;
  readonly found: Found;
}

/** docs/faults.md with these; rows of what was not tried stay as they are. */
export function page(all: readonly Tried[], before: string): string {
  const numberIn = (row: string) => Number(/^\| F(\d+) /.exec(row)?.[1]);
  const tried = all.map(
    ({ scenario: { number, fault, hold }, found }) =>
      `| ${[number, fault, hold, measured(found), heldText(found)].map(cell).join(" | ")} |`,
  );
  const numbers = new Set(tried.map(numberIn));
  const kept = before.split("\n").filter((row) => row.startsWith("| F") && !numbers.has(numberIn(row)));
  const rows = [...tried, ...kept].toSorted((a, b) => numberIn(a) - numberIn(b));
  return `${HEAD}
What was measured last, with Node ${process.version}:

| | fault | what must hold | measured | held? |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

function measured({ figures, skipped }: Found): string {
  return skipped ?? figures.join("; ");
}

function heldText({ broken, skipped }: Found): string {
  if (skipped !== null) return "skipped";
  return broken.length === 0 ? "yes" : `no: ${broken.map((one) => one.split("\n")[0]).join("; ")}`;
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const HEAD = `# Faults, and what holds

\`npm run test:faults\` does each of these to a real gateway process, over real sockets: its monolith and AWS are reached by way of
a proxy that refuses, stalls, cuts and corrupts (\`test/faults/fault-proxy.ts\`); functions run in \`local-aws/\` and are called
through its Invoke API. It takes some ten minutes. \`npm run test:faults -- F3 F7\` tries those; \`--write\` puts
what was measured into this page.
In the suite, \`test/faults/faults.test.ts\` does the same in short, and asserts states and counts only.

"p99 a → b" are latencies of requests without and with the fault, in turn in the same run, on a machine with two cores on which clients,
monolith, functions and gateway all run, and others beside. Such ratios are for reading; "held" is about states, counts and bounds.
What to do about each when it happens is in [operations.md](operations.md).
`;
