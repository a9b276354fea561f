import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allScenarios } from "./all-scenarios.ts";
import { page, type Tried } from "./page.ts";
import { tried } from "./trial.ts";

/**
 * `npm run test:faults`: every fault, with figures. `-- F3 F7` tries those only, `--short` as the tests do, `--write` puts what was
 * measured into docs/faults.md. Ends with 1 when something did not hold.
 */

const PAGE = join(import.meta.dirname, "../../docs/faults.md");

const { values, positionals } = parseArgs({
  options: { write: { type: "boolean" }, short: { type: "boolean" } },
  allowPositionals: true,
});
const wanted = allScenarios.filter(({ number }) => positionals.length === 0 || positionals.includes(number));
const all: Tried[] = [];
for (const scenario of wanted) {
  const startedAt = performance.now();
  const found = await tried(scenario, values.short ? "short" : "full");
  all.push({ scenario, found });
  // After each, so that a run that is ended early was not for nothing.
  if (values.write) writeFileSync(PAGE, page(all, existsSync(PAGE) ? readFileSync(PAGE, "utf8") : ""));
  const { figures, broken, skipped } = found;
  const said = skipped !== null ? "skipped" : broken.length === 0 ? "held" : "BROKEN";
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${scenario.number.padEnd(4)} ${said.padEnd(7)} ${scenario.fault} (${seconds} s)`);
  console.log(`     must: ${scenario.hold}`);
  for (const figure of figures) console.log(`     ${figure}`);
  if (skipped !== null) console.log(`     ${skipped}`);
  for (const one of broken) console.log(`   ! ${one}`);
}
const broken = all.filter(({ found }) => found.broken.length > 0);
console.log(
  `${all.length} faults, ${broken.length} of which did not hold; load average ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`,
);
process.exitCode = broken.length > 0 ? 1 : 0;
