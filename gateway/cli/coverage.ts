import type { Command } from "commander";
import { visible } from "../config/problems.ts";
import type { CoverageTable, RouteCoverage } from "../corpus/coverage.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import { table, type Cell, type Screen } from "./screen.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan coverage monday.ndjson.gz         which routes it reaches, by which methods, with what answers
`;

/** `banyan coverage`: what a corpus reaches, and what it misses. */
export function addCoverage(program: Command, shell: Shell): void {
  subcommand(program, "coverage", "show what of the routes a corpus reaches", EXAMPLES)
    .argument("<corpus>", "recorded by `banyan record`, or made by `banyan import`")
    .action((corpus: string, options: CommonOptions) =>
      shell.perform("coverage", options, () => coverage(corpus, shell)),
    );
}

async function coverage(corpus: string, shell: Shell): Promise<Answer> {
  const [{ readEnv }, { readConfig }, { readCorpus }, { coverageOf }, { routeTable }, { parseTarget }] =
    await Promise.all([
      import("../config/env.ts"),
      import("../config/read.ts"),
      import("../corpus/read-corpus.ts"),
      import("../corpus/coverage.ts"),
      import("../routes/table.ts"),
      import("../http/target.ts"),
    ]);
  const { firstValue } = await import("../http/headers.ts");
  const { configFile, variables } = readEnv();
  const loaded = await readConfig(configFile, variables);
  if (!("config" in loaded))
    throw new CliError(2, [{ message: `${configFile} is not valid`, next: "banyan validate" }]);
  const { routes } = loaded.config;
  const known = routeTable(routes);
  const covered = await coverageOf(readCorpus(corpus), routes, ({ request }) => {
    const target = parseTarget(request.target);
    if (typeof target === "string") return null;
    return known.match(request.method, firstValue(request.headers, "host") ?? "", target)?.route.id ?? null;
  });
  return { data: plain(covered), text: coverageText(covered, shell.screen) };
}

function plain({ routes, elsewhere }: CoverageTable): object {
  const shown = routes.map(({ methods, statuses, ...rest }) => ({
    ...rest,
    methods: Object.fromEntries(methods),
    statuses: Object.fromEntries(statuses),
  }));
  return { routes: shown, elsewhere };
}

/** Coverage for people: what is missed in color. */
export function coverageText({ routes, elsewhere }: CoverageTable, screen: Screen): string {
  const rows = routes.map((route): Cell[] => [
    route.route,
    route.requests === 0 ? { text: "none", style: "yellow" } : String(route.requests),
    countsText(route.methods),
    countsText(route.statuses),
    missedText(route),
  ]);
  const hit = routes.filter(({ requests }) => requests > 0).length;
  const last = `${hit} of ${routes.length} routes; ${elsewhere} requests of none`;
  return `${table(["ROUTE", "REQUESTS", "METHODS", "ANSWERS", "NEVER"], rows, screen)}\n${visible(last)}`;
}

function countsText(counts: ReadonlyMap<string | number, number>): string {
  return [...counts]
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${name} ${n}`)
    .join(", ");
}

/** Declared methods that were not met, and classes of answers. */
function missedText({ methods, missedClasses, requests }: RouteCoverage): Cell {
  const missed = [...methods].filter(([, n]) => n === 0).map(([method]) => method);
  const text = [...missed, ...(requests === 0 ? [] : missedClasses)].join(", ");
  return text === "" ? "" : { text, style: "dim" };
}
