import type { RouteStatus, Status } from "../admin/status-contract.ts";
import { visible } from "../config/problems.ts";
import { list, table, widthOf, type Cell, type Screen } from "./screen.ts";
import { rungText } from "../admin/rung-text.ts";

type Column = readonly [head: string, cell: (route: RouteStatus) => Cell];
type Traffic = NonNullable<RouteStatus["traffic"]>;

/** Every route on a line, what needs attention before them. */
export function statusText(status: Status, screen: Screen): string {
  const { routes } = status;
  const columns = routes.some(({ traffic }) => traffic !== null) ? LIVE_COLUMNS : FILE_COLUMNS;
  const shown = columns.filter(
    ([head, cell]) => !SILENT_WHEN_EMPTY.has(head) || routes.some((r) => cell(r) !== ""),
  );
  const rowsOf = () => routes.map((route) => shown.map(([, cell]) => cell(route)));
  // Whole names before everything at once: `banyan status ROUTE` has it all.
  for (const head of LEFT_OUT_FIRST) {
    const at = shown.findIndex(([name]) => name === head);
    if (
      at !== -1 &&
      widthOf(
        shown.map(([name]) => name),
        rowsOf(),
      ) > screen.columns
    )
      shown.splice(at, 1);
  }
  const rows = rowsOf();
  const body =
    rows.length === 0
      ? "no routes: everything goes to legacy"
      : table(
          shown.map(([head]) => head),
          rows,
          screen,
        );
  return [...headlines(status, screen), body].join("\n");
}

/** One route with everything that is known about it. */
export function routeText(route: RouteStatus, status: Status, screen: Screen): string {
  const { traffic, breakers } = route;
  const items: [string, Cell][] = [
    ["route", route.id],
    ["takes", route.match],
    ["function", route.function],
    ["group", route.group],
    [
      "stage",
      `${rungText(route)} (${route.stageFrom === "flag" ? `flags ${status.flags.version}` : "routes.yaml"})`,
    ],
  ];
  if (route.paused)
    items.push(["paused", { text: "until it is resumed (banyan pause --off)", style: "yellow" }]);
  if (route.until !== null) items.push(["flag ends", route.until]);
  if (route.rules + route.testers > 0)
    items.push(["targeting", `${route.rules} rules, ${route.testers} testers`]);
  if (breakers !== null)
    items.push([
      "breakers",
      `function ${breakers.function}, legacy ${breakers.legacy}, copies ${breakers.copies}`,
    ]);
  if (traffic !== null) {
    const { answeredBy, fallbacks, problems } = traffic;
    items.push(
      [
        "requests",
        `${traffic.requests} (${traffic.lastMinute} in the last minute, ${traffic.lastFiveMinutes} in five)`,
      ],
      ["answered by", countsText({ ...answeredBy })],
      ...(traffic.withoutKey === 0 ? [] : [withoutKeyItem(traffic.withoutKey)]),
      ["fallbacks", countsText(fallbacks)],
      ["problems", countsText(problems)],
      ["legacy side", sideText(traffic.legacy)],
      ["function side", sideText(traffic.function)],
      ...shadowItems(traffic.shadow),
      ...invocationItems(traffic.invocations),
    );
  }
  if (route.cost !== null) {
    const { usdPerMonth, usdPerMillionRequests, requestsPerMinute, region, priceDate } = route.cost;
    items.push([
      "cost at 100 %",
      `$${usd(usdPerMonth)} a month at ${requestsPerMinute.toFixed(1)} requests a minute ($${usd(usdPerMillionRequests)} a million; prices: ${region}, ${priceDate})`,
    ]);
  }
  return [...headlines(status, screen), list(items, screen)].join("\n");
}

/** The flags' version, and whatever needs attention. */
function headlines(
  { flags, ready, legacy, workers, routes, configProblem, problems }: Status,
  screen: Screen,
): string[] {
  const standing = ready === null ? [] : [ready.ready ? "ready" : "not ready"];
  const lines = [[`flags ${flags.version}`, ...standing, ...legacyText(legacy)].join(" · ")];
  const warn = (style: "red" | "yellow", text: string) => {
    for (const line of text.trim().split("\n")) lines.push(screen.paint(style, visible(line)));
  };
  if (workers !== null) lines.push(workersText(workers));
  if (flags.killed) warn("red", "KILL SWITCH ON: everything goes to legacy (off: banyan kill --off)");
  if (flags.stoppedHere) warn("red", "STOPPED HERE: this gateway has a kill file, whatever the flags say");
  for (const { id, killed } of routes) {
    if (killed) warn("red", `KILL SWITCH ON: ${id} goes to legacy (off: banyan kill ${id} --off)`);
  }
  if (ready !== null && !ready.ready) warn("red", `not ready: ${ready.reasons.join("; ")}`);
  if (ready?.ready === true && legacy?.state === "fails")
    warn("red", 'LEGACY FAILS: "ready" only says that the gateway takes requests');
  if (configProblem !== null) {
    warn("yellow", `routes.yaml was rejected, and the last good one stays in use:\n${configProblem}`);
  }
  for (const problem of problems) warn("yellow", problem);
  if (flags.problem !== null) warn("yellow", `flags are not fresh: ${flags.problem}`);
  for (const { id, breakers } of routes) {
    for (const [side, state] of Object.entries(breakers ?? {})) {
      if (state !== "closed") warn("red", `breaker ${state}: ${id}, ${side}${inWorkers(workers, id, side)}`);
    }
  }
  return lines;
}

function legacyText(legacy: Status["legacy"]): string[] {
  if (legacy === null || legacy.state === "not-asked") return [];
  return [legacy.state === "answers" ? "legacy answers" : `legacy: ${visible(legacy.says)}`];
}

function workersText({ wanted, lost, processes }: NonNullable<Status["workers"]>): string {
  const answering = processes.filter(({ state }) => state === "answering").length;
  return `workers ${answering} of ${wanted}${lost === 0 ? "" : ` · ${lost} lost since the start`}`;
}

/** Each worker has breakers of its own: where a route's are not closed. Those of copies are not told apart. */
function inWorkers(workers: Status["workers"], routeId: string, of: string): string {
  if (workers === null || of === "copies") return "";
  const { processes } = workers;
  const isHere = ({ route, side }: { route: string; side: string }) => route === routeId && side === of;
  return ` (in ${processes.filter(({ breakers }) => breakers.some(isHere)).length} of ${processes.length} workers)`;
}

const ROUTE: Column = ["ROUTE", ({ id }) => id];
const STAGE: Column = ["STAGE", (route) => `${rungText(route)}${route.paused ? " (paused)" : ""}`];

const FILE_COLUMNS: readonly Column[] = [
  ROUTE,
  STAGE,
  ["FROM", ({ stageFrom }) => stageFrom],
  ["TAKES", ({ match }) => match],
  ["FUNCTION", (route) => route.function],
];

const LIVE_COLUMNS: readonly Column[] = [
  ROUTE,
  STAGE,
  ["/MIN", ({ traffic }) => String(traffic?.lastMinute ?? "")],
  ["LEGACY MS", ({ traffic }) => latencyText(traffic?.legacy)],
  ["FUNCTION MS", ({ traffic }) => latencyText(traffic?.function)],
  ["DIFFS", diffText],
  ["COLD", coldText],
  ["$/MONTH", ({ cost }) => (cost === null ? "" : usd(cost.usdPerMonth))],
  ["ERRORS", ({ traffic }) => positive(traffic === null ? 0 : errorsOf(traffic.function))],
  ["FALLBACKS", ({ traffic }) => positive(sum(traffic?.fallbacks ?? {}))],
];

/** Columns that are left out while no route has anything to say in them. */
const SILENT_WHEN_EMPTY = new Set(["DIFFS", "COLD", "$/MONTH", "ERRORS", "FALLBACKS"]);

/** Columns that make room on a narrow screen. */
const LEFT_OUT_FIRST = ["COLD", "$/MONTH"];

/** p50 and p99 in milliseconds: `12/180`. */
function latencyText(side: Pick<Traffic["legacy"], "p50Ms" | "p99Ms"> | undefined): string {
  if (side === undefined || side.p50Ms === null || side.p99Ms === null) return "-";
  return `${rounded(side.p50Ms)}/${rounded(side.p99Ms)}`;
}

function sideText(side: Traffic["legacy"]): string {
  const failed = countsText(side.failed);
  return `${side.answered} answered, ${side.serverErrors} with 5xx, failed: ${failed}, p50/p99 ms ${latencyText(side)}`;
}

function withoutKeyItem(count: number): [string, Cell] {
  const text = `${count}, which stayed on legacy: none of stickyBy was there`;
  return ["without key", { text, style: "yellow" }];
}

/** What came of copies; nothing while there were none. */
function shadowItems({ compared, dropped }: Traffic["shadow"]): [string, Cell][] {
  const items: [string, Cell][] = [];
  if (sum(compared) > 0) items.push(["compared", `${countsText(compared)} (banyan diffs)`]);
  if (sum(dropped) > 0) items.push(["not compared", countsText(dropped)]);
  return items;
}

/** `3/120`: different ones of those compared. */
function diffText({ traffic }: RouteStatus): Cell {
  const { compared = {} } = traffic?.shadow ?? {};
  const different = compared["mismatch"] ?? 0;
  const text = sum(compared) === 0 ? "" : `${different}/${sum(compared)}`;
  return different === 0 ? text : { text, style: "yellow" };
}

/** What Lambda reported of the calls that were sampled; nothing while there were none. */
function invocationItems({ sampled, cold, warm, meanBilledMs, memory, version }: Traffic["invocations"]) {
  if (sampled === 0 || meanBilledMs === null || memory === null) return [];
  const items: [string, Cell][] = [
    [
      "cold starts",
      `${cold.count} of ${sampled} sampled, p50/p99 ms ${latencyText(cold)} (start ${milliseconds(cold.startP50Ms)}); warm ${latencyText(warm)}`,
    ],
    ["billed", `${rounded(meanBilledMs)} ms a call on average (version ${version ?? "unknown"})`],
    [
      "memory",
      `${memory.peakUsedMb} of ${memory.sizeMb} MB used at most, ${Math.round(memory.headroomPercent)} % to spare`,
    ],
  ];
  return items;
}

/** `3/57`: cold ones of those sampled. */
function coldText({ traffic }: RouteStatus): Cell {
  const { sampled = 0, cold } = traffic?.invocations ?? {};
  return sampled === 0 ? "" : `${cold?.count ?? 0}/${sampled}`;
}

function milliseconds(ms: number | null): string {
  return ms === null ? "unknown" : rounded(ms);
}

/** To the cent, and small amounts to their first two digits. */
function usd(amount: number): string {
  return amount >= 0.1 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(2);
}

function rounded(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}

function errorsOf({ serverErrors, failed }: Traffic["function"]): number {
  return serverErrors + sum(failed);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function positive(count: number): Cell {
  return count === 0 ? "" : { text: String(count), style: "yellow" };
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? "none" : parts.map(([name, count]) => `${name} ${count}`).join(", ");
}
