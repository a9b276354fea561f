import { METHODS } from "node:http";
import { conflicts } from "../routes/conflicts.ts";
import type { Route } from "../routes/route.ts";
import { isSafe } from "../routes/shadowing.ts";
import { nearest } from "./did-you-mean.ts";
import type { Path } from "./document.ts";
import type { RuleId } from "./rules.ts";
import type { LegacyEntry, RouteEntry } from "./schema.ts";

/** What the rules look at: the parts of a file that are valid each by itself. */
export interface LintSubject {
  readonly routes: readonly { readonly route: Route; readonly entry: RouteEntry }[];
  /** Null when the section itself is wrong. */
  readonly legacy: LegacyEntry | null;
  readonly trustedProxies: readonly string[];
}

/** What a rule has to say about one place of the file. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}

type LintRule = (subject: LintSubject) => Finding[];

/** The rules that need more than one field to judge, by id. None quotes a value that may come from a variable. */
const LINT_RULES: readonly (readonly [RuleId, LintRule])[] = [
  ["BYN1011", legacyUrlIsAnOrigin],
  ["BYN1020", someRequestReachesTheRoute],
  ["BYN1021", noTwoRoutesOverlap],
  ["BYN1022", paramSourcesAreInThePath],
  ["BYN1023", newCookieComesLast],
  ["BYN1030", canaryKeepsClientsByMoreThanAddress],
  ["BYN1031", groupHasOnePercent],
  ["BYN1032", groupKeepsClientsAlike],
  ["BYN1033", writesSayWhetherRepeatable],
  ["BYN1034", routeWaitsNoLongerThanLegacy],
  ["BYN1035", notEveryPeerIsTrusted],
  ["BYN1036", payloadCarriesWhatIsSet],
  ["BYN1037", credentialsTravelEncrypted],
  ["BYN1038", signedRequestsNameTheirHost],
  ["BYN1039", shadowSaysWhatBecomesOfWrites],
  ["BYN1040", rehearsalHasAnAlias],
];

/** Every finding of every rule. */
export function lint(subject: LintSubject): (Finding & { rule: RuleId })[] {
  return LINT_RULES.flatMap(([rule, find]) => find(subject).map((finding) => ({ rule, ...finding })));
}

function legacyUrlIsAnOrigin({ legacy }: LintSubject): Finding[] {
  if (legacy === null) return [];
  const { pathname, search, hash, username, password } = new URL(legacy.url);
  const path = ["legacy", "url"];
  if (username !== "" || password !== "") {
    const hint = "remove them; clients send their own Authorization";
    return [{ path, message: "the legacy URL has credentials, which are never sent", hint }];
  }
  if (pathname === "/" && search === "" && hash === "") return [];
  const hint = "end it after the host and port; targets are sent on unchanged";
  return [{ path, message: "the legacy URL has a path, which is never sent", hint }];
}

function someRequestReachesTheRoute({ routes }: LintSubject): Finding[] {
  const unreachable = conflicts(routes.map(({ route }) => route)).filter(
    ({ kind }) => kind === "unreachable",
  );
  const taken = unreachable.map(({ route, earlier }) => ({
    path: ["routes", route.id, "match"],
    message: `no request can reach this route: ${names(earlier)} takes all of its requests`,
    hint: "remove one of them, or make their methods, hosts or paths differ",
  }));
  const refused = routes.flatMap(({ route }) =>
    (route.methods ?? []).filter(isRefused).map((method) => {
      const meant = nearest(method, METHODS);
      const hint = meant === null || meant === method ? "use another method" : `did you mean \`${meant}\`?`;
      const message = "no request can reach this route by such a method: the gateway refuses it";
      return { path: ["routes", route.id, "match", "method"], message, hint };
    }),
  );
  return [...taken, ...refused];
}

function isRefused(method: string): boolean {
  return method === "CONNECT" || !METHODS.includes(method);
}

function noTwoRoutesOverlap({ routes }: LintSubject): Finding[] {
  const overlaps = conflicts(routes.map(({ route }) => route)).filter(({ kind }) => kind === "overlap");
  return overlaps.map(({ route, earlier }) => ({
    path: ["routes", route.id, "match"],
    message: `this route and ${names(earlier)} want the same requests`,
    hint: "give each method to one of them",
  }));
}

function paramSourcesAreInThePath({ routes }: LintSubject): Finding[] {
  return routes.flatMap(({ route }) => {
    const params = route.pattern.segments.flatMap((segment) =>
      segment.kind === "literal" ? [] : [segment.name],
    );
    return route.stickyBy.flatMap((source, index) => {
      if (source.from !== "param" || params.includes(source.name)) return [];
      const hint = params.length === 0 ? "use another source" : "name a param of its path";
      const message = `the path of \`${route.id}\` has no such param`;
      return [{ path: ["routes", route.id, "stickyBy", index], message, hint }];
    });
  });
}

function newCookieComesLast({ routes }: LintSubject): Finding[] {
  return routes.flatMap(({ route }) => {
    const index = route.stickyBy.findIndex(({ from }) => from === "new-cookie");
    if (index === -1 || index === route.stickyBy.length - 1) return [];
    const message = `\`new-cookie:\` of \`${route.id}\` always gives a key, so what follows is never asked`;
    return [{ path: ["routes", route.id, "stickyBy", index], message, hint: "move it to the end" }];
  });
}

function canaryKeepsClientsByMoreThanAddress({ routes }: LintSubject): Finding[] {
  const careless = routes.filter(
    ({ route }) => route.stage === "canary" && route.stickyBy.every(({ from }) => from === "address"),
  );
  return careless.map(({ route }) => ({
    path: ["routes", route.id, "stage"],
    message: "this canary tells clients apart by address alone: one proxy is one client, one phone is many",
    hint: "add `stickyBy: [ header:…, cookie:… ]`, or `new-cookie:` at its end",
  }));
}

function groupHasOnePercent({ routes }: LintSubject): Finding[] {
  const canaries = routes.filter(({ route }) => route.stage === "canary");
  return oddMembers(canaries, ({ percent }) => String(percent)).map(({ route, first }) => ({
    path: ["routes", route.id, "percent"],
    message: `this percent differs from that of \`${first.id}\` in the same group`,
    hint: "write one percent, or clients in between get one side here and the other there",
  }));
}

function groupKeepsClientsAlike({ routes }: LintSubject): Finding[] {
  return oddMembers(routes, ({ stickyBy }) => JSON.stringify(stickyBy)).map(({ route, first }) => ({
    path: ["routes", route.id, "stickyBy"],
    message: `\`${route.id}\` and \`${first.id}\` are of one group, but take a client's key from different sources`,
    hint: "give them the same `stickyBy`, or a client will not move with the group",
  }));
}

/** Routes that differ from the first one of their group. */
function oddMembers(routes: LintSubject["routes"], trait: (route: Route) => string) {
  const firsts = new Map<string, Route>();
  return routes.flatMap(({ route }) => {
    const first = firsts.get(route.group);
    if (first === undefined) firsts.set(route.group, route);
    return first === undefined || trait(first) === trait(route) ? [] : [{ route, first }];
  });
}

const WRITES = ["POST", "PUT", "PATCH", "DELETE"];

function writesSayWhetherRepeatable({ routes }: LintSubject): Finding[] {
  const silent = routes.filter(
    ({ route, entry }) =>
      entry.repeatable === undefined &&
      (route.stage === "canary" || route.stage === "cutover" || route.stage === "retired") &&
      (route.methods === null || route.methods.some((method) => WRITES.includes(method))),
  );
  return silent.map(({ route }) => ({
    path: ["routes", route.id],
    message:
      "when the function fails in the middle of a write, legacy will not repeat it: the client gets the error",
    hint: "say so with `repeatable: false`, or write `repeatable: true` if doing it twice is harmless",
  }));
}

function shadowSaysWhatBecomesOfWrites({ routes }: LintSubject): Finding[] {
  const silent = routes.filter(
    ({ route }) => route.stage === "shadow" && route.shadow.writes === null && takesWrites(route),
  );
  return silent.map(({ route }) => ({
    path: ["routes", route.id],
    message: "this route takes writes, and nothing says what becomes of them in shadow",
    hint: "add `shadow: { writes: skip }`, or one of record, dry-run and rehearsal",
  }));
}

function rehearsalHasAnAlias({ routes }: LintSubject): Finding[] {
  const findings: Finding[] = [];
  for (const { route } of routes) {
    const { writes, rehearsal } = route.shadow;
    const path = ["routes", route.id];
    if (writes === "rehearsal" && rehearsal === null) {
      const hint = "add `rehearsal: ALIAS`, an alias that works on a scratch store";
      findings.push({ path, message: "writes are to be rehearsed, and no alias is named for it", hint });
    }
    if (rehearsal !== null && route.function.kind !== "lambda") {
      const hint = "use `writes: dry-run`, or skip them";
      findings.push({ path, message: "only functions on Lambda have aliases to rehearse writes", hint });
    }
    if (rehearsal !== null && route.function.kind === "lambda" && route.function.qualifier === rehearsal) {
      const hint = "name another alias, or every rehearsed write is a real one";
      findings.push({
        path,
        message: "the alias that rehearses writes is the one that answers clients",
        hint,
      });
    }
  }
  return findings;
}

function takesWrites({ methods }: Route): boolean {
  return methods === null || methods.some((method) => !isSafe(method));
}

function routeWaitsNoLongerThanLegacy({ routes, legacy }: LintSubject): Finding[] {
  if (legacy === null) return [];
  const patient = routes.filter(({ route }) => route.timeoutMs > legacy.timeout);
  const own = patient.filter(({ entry }) => entry.timeout !== undefined);
  const findings = own.map(({ route }) => patience(["routes", route.id, "timeout"], `\`${route.id}\` waits`));
  if (own.length < patient.length) findings.push(patience(["defaults", "timeout"], "routes wait by default"));
  return findings;
}

function patience(path: Path, who: string): Finding {
  const message = `${who} longer than \`legacy.timeout\` gives requests that no route matches`;
  return { path, message, hint: "lower this timeout, or raise `legacy.timeout`" };
}

function notEveryPeerIsTrusted({ trustedProxies }: LintSubject): Finding[] {
  return trustedProxies.flatMap((range, index) => {
    if (!range.endsWith("/0")) return [];
    const hint = "list the addresses of your own proxies";
    const message = "this trusts every peer: any client can claim any address";
    return [{ path: ["trustedProxies", index], message, hint }];
  });
}

function payloadCarriesWhatIsSet({ routes }: LintSubject): Finding[] {
  return routes.flatMap(({ route }) => {
    const { function: target } = route;
    if (target.kind !== "lambda") return [];
    const { payload, routeKey, stageVariables, authorizer, binaryTypes } = target.events;
    const fromApiGateway = !payload.startsWith("alb");
    const lost = [
      !fromApiGateway && routeKey !== null && "routeKey",
      !fromApiGateway && authorizer !== null && "authorizer",
      !fromApiGateway && Object.keys(stageVariables).length > 0 && "stageVariables",
      payload !== "1.0" && binaryTypes.length > 0 && "binaryTypes",
    ].filter((key) => key !== false);
    return lost.map((key) => ({
      path: ["routes", route.id, "function", key],
      message: `\`${key}\` has no place in events of payload ${payload}`,
      hint: "remove it, or choose the payload that the function was written for",
    }));
  });
}

function credentialsTravelEncrypted({ routes }: LintSubject): Finding[] {
  return routes.flatMap(({ route }) => {
    const { function: target } = route;
    if (target.kind !== "web" || target.auth.kind === "none" || !/^http:/i.test(target.url)) return [];
    const path = ["routes", route.id, "function", "url"];
    const message = "keys and tokens are sent over plain HTTP: whoever is on the way can use them";
    return isLoopback(new URL(target.url).hostname) ? [] : [{ path, message, hint: "write https://" }];
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}

function signedRequestsNameTheirHost({ routes }: LintSubject): Finding[] {
  return routes.flatMap(({ route }) => {
    const { function: target } = route;
    if (target.kind !== "web" || target.auth.kind !== "aws" || !target.preserveHost) return [];
    const path = ["routes", route.id, "function", "preserveHost"];
    const message =
      "a signature covers the Host, and AWS knows its own alone: every request would be refused";
    return [{ path, message, hint: "remove `preserveHost`; the client's host is in X-Forwarded-Host" }];
  });
}

function names(routes: readonly Route[]): string {
  return routes.map(({ id }) => `\`${id}\``).join(", ");
}
