import { z } from "zod";
import { readDocument } from "./document.ts";
import type { ConfigDocument } from "./document.ts";
import { explainIssues } from "./explain-issue.ts";
import { gatewayConfig, routeOf } from "./gateway-config.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import type { Variables } from "./interpolate.ts";
import { lint } from "./lint.ts";
import type { LintSubject } from "./lint.ts";
import { inFileOrder, isError } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { isRecord } from "./record.ts";
import { defaultsEntry, legacyEntry, routeEntry, routeId, routesFile } from "./schema.ts";
import type { DefaultsEntry } from "./schema.ts";

/** What a file comes to by its text alone; with it, where further problems stand. */
export type LoadedText =
  | { readonly config: GatewayConfig; readonly problemAt: ConfigDocument["problemAt"] }
  | { readonly problems: readonly Problem[] };

/** A configuration, or every problem of the file at once (warnings included). */
export type LoadedConfig = { readonly config: GatewayConfig } | { readonly problems: readonly Problem[] };

/** The file but for its routes, which are looked at one by one so that a bad one hides nothing about the others. */
const frame = routesFile.extend({ routes: z.record(z.string(), z.unknown()).prefault({}) });

/** For the rules that look across fields, an unknown key takes nothing away from the known ones. */
const lenient = {
  route: z.object(routeEntry.shape),
  legacy: z.object(legacyEntry.shape),
  defaults: z.object(defaultsEntry.shape),
};

/** Parses and checks the text of a routes.yaml. */
export function loadConfig(text: string, fileName: string, variables: Variables): LoadedText {
  const document = readDocument(text, fileName, variables);
  if (document.value === undefined) return { problems: inFileOrder(document.problems) };
  const framed = frame.safeParse(document.value);
  const problems = [...document.problems, ...explainIssues(document, framed.error?.issues ?? [])];
  const { subject, problems: routeProblems } = readRoutes(document);
  problems.push(...routeProblems);
  const wrongAnyway = new Set(problems.map(({ at }) => at));
  const findings = lint(subject).map(({ rule, path, message, hint }) =>
    document.problemAt(path, rule, message, hint),
  );
  problems.push(...findings.filter(({ at }) => !wrongAnyway.has(at)));
  const ordered = inFileOrder(problems);
  if (!framed.success || ordered.some(isError)) return { problems: ordered };
  const routes = subject.routes.map(({ route }) => route);
  const config = gatewayConfig(framed.data, routes, ordered, document.written);
  return { config, problemAt: (...place) => document.problemAt(...place) };
}

/** Every valid route, and what is wrong with the others. */
function readRoutes(document: ConfigDocument): { subject: LintSubject; problems: Problem[] } {
  const defaults: DefaultsEntry = lenient.defaults.safeParse(member(document.value, "defaults")).data ?? {};
  const legacy = lenient.legacy.safeParse(member(document.value, "legacy")).data ?? null;
  const proxies = z.array(z.string()).safeParse(member(document.value, "trustedProxies")).data ?? [];
  const problems: Problem[] = [];
  const routes: LintSubject["routes"][number][] = [];
  for (const [id, value] of entriesOf(member(document.value, "routes"))) {
    const path = ["routes", id];
    for (const { message } of routeId.safeParse(id).error?.issues ?? []) {
      const hint = "write for example `get-order`; flags, logs and reports use the same id";
      problems.push(document.problemAt(path, "BYN1006", message, hint, "key"));
    }
    problems.push(...explainIssues(document, routeEntry.safeParse(value).error?.issues ?? [], path));
    const entry = lenient.route.safeParse(value).data;
    if (entry === undefined) continue;
    routes.push({ entry, route: routeOf(id, entry, defaults, document.lineOf(path)) });
  }
  return { subject: { routes, legacy, trustedProxies: proxies }, problems };
}

function member(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) && !Array.isArray(value) ? Object.entries(value) : [];
}
