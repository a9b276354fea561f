import { bucketsIn, BUCKETS } from "../flags/bucket.ts";
import { decide, flagOf, needsKey, type Decision } from "../flags/decide.ts";
import type { RouteFlag } from "../flags/flag-source.ts";
import { stickyKey } from "../flags/sticky-key.ts";
import { firstValue, type HeaderList } from "../http/headers.ts";
import type { Client } from "../http/request.ts";
import { parseTarget, type Target } from "../http/target.ts";
import type { StickySource } from "../routes/route.ts";
import type { Match, RouteTable } from "../routes/table.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { ExplainRequest, Explanation } from "./contract.ts";
import { matchText, rungOf } from "./find-route.ts";
import { Refusal } from "./refusal.ts";

/** A request as far as routing and stickiness look at it. */
interface Asked {
  readonly method: string;
  readonly host: string;
  readonly target: Target;
  readonly headers: HeaderList;
  readonly client: Client;
}

type Key = Explanation["key"];

/** What would happen to a request now, and why; nothing is sent. Throws a Refusal for a URL no client may ask for. */
export function explain(request: ExplainRequest, parts: AdminParts): Explanation {
  const { flags, live } = parts;
  const asked = askedFor(request);
  const table = parts.table();
  const [match = null, ...others] = table.matches(asked.method, asked.host, asked.target);
  const snapshot = flags.current();
  const now = parts.clock.now();
  const rung = match === null ? null : rungOf(match.route, snapshot, now);
  const key =
    match === null || snapshot.killed ? null : keyOf(asked, match, flagOf(match.route, snapshot, now));
  const asking = { key: key?.value ?? null, request: asked, params: match?.params ?? {}, now };
  const decision = decide(match?.route ?? null, asking, snapshot);
  const percent = rung?.percent ?? null;
  const breakers = live
    ?.breakers()
    .filter(({ routeId, side }) => routeId === match?.route.id && side === "function");
  return {
    request: { method: asked.method, host: asked.host, target: asked.target.raw },
    route: match === null ? null : matched(match),
    stage: decision.stage,
    percent,
    stageFrom: rung?.stageFrom ?? null,
    flagVersion: decision.flagVersion,
    killed: snapshot.killed,
    key,
    bucket: decision.bucket,
    side: decision.primary,
    shadow: decision.shadow,
    reason: decision.reason,
    why: why(decision, percent ?? 0, key, match?.route.stickyBy ?? []),
    breaker: breakers === undefined || match === null ? null : (breakers[0]?.state ?? "closed"),
    alsoMatched: others.map(matched),
    nearMisses: nearMisses(asked, table),
  };
}

function matched({ route, params }: Match): NonNullable<Explanation["route"]> {
  return { id: route.id, match: matchText(route), line: route.line, params: { ...params } };
}

const ABSOLUTE = /^https?:\/\/([^/?#]+)(.*)$/i;

function askedFor({ method, url, headers }: ExplainRequest): Asked {
  const onTheWire = (text: string) => Buffer.from(text, "utf8").toString("latin1");
  const fields = headers.flatMap(([name, value]) => [name, onTheWire(value)]);
  const [, authority, rest] = ABSOLUTE.exec(url) ?? [null, firstValue(fields, "host") ?? "localhost", url];
  const raw = rest === "" || rest.startsWith("?") ? `/${rest}` : rest;
  const target = parseTarget(escaped(raw));
  if (typeof target === "string") {
    const reason = target.replaceAll("-", " ");
    throw new Refusal(
      "bad-request",
      `the gateway answers 400 to this URL, whatever the routes say (${reason})`,
      "a URL is a path such as /api/orders/1?x=y, or begins with http://",
    );
  }
  const client: Client = { address: "127.0.0.1", protocol: "http", viaTrustedProxy: false, port: 80 };
  return { method: method.toUpperCase(), host: authority, target, headers: fields, client };
}

/** As a browser or curl would send it. */
function escaped(url: string): string {
  return url.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

/** The key by the first source that has one; sources are tried one by one to know which it was. */
function keyOf(asked: Asked, { route, params }: Match, flag: RouteFlag): Key {
  if (!needsKey(flag)) return null;
  for (const source of route.stickyBy) {
    const found = stickyKey([source], asked, params);
    // Outside of a canary nobody is handed a key.
    if (found !== null && (found.setCookie === null || flag.stage === "canary")) {
      return { source: sourceText(source), value: found.key, drawn: found.setCookie !== null };
    }
  }
  return null;
}

function sourceText(source: StickySource): string {
  return source.from === "address" ? "address" : `${source.from}:${source.name}`;
}

function why(decision: Decision, percent: number, key: Key, sources: readonly StickySource[]): string {
  const { reason, bucket } = decision;
  switch (reason) {
    case "unmatched":
      return "no route takes this request, so it stays with legacy";
    case "killed":
      return "the kill switch is on, and sends everything to legacy";
    case "route-killed":
      return "the kill switch of this route is on, and sends all of it to legacy";
    case "tester":
      return `this client is listed as a tester of ${decision.primary}`;
    case "rule":
      return `a rule of the flag sends requests like this to ${decision.primary}`;
    case "rule-in":
    case "rule-out":
      return `a rule of the flag sends a share of requests like this to the function, and bucket ${bucket ?? "(none)"} is ${reason === "rule-in" ? "in" : "not in"} it`;
    case "rule-no-key":
      return `a rule of the flag sends a share of requests like this to the function, but the request has none of ${sources.map(sourceText).join(", ")}`;
    case "stage-legacy":
      return "the route is in stage legacy";
    case "stage-shadow":
      return decision.shadow === null
        ? "in stage shadow legacy answers; while the route is paused, the function gets no copy"
        : "in stage shadow legacy answers, and the function gets a copy";
    case "stage-cutover":
      return "in stage cutover the function answers, and legacy where that is safe when it fails";
    case "stage-retired":
      return "in stage retired the function answers, and nobody stands in for it";
    case "canary-no-key":
      return `the request has none of ${sources.map(sourceText).join(", ")}, and without a key a client stays on legacy`;
    case "canary-in":
    case "canary-out":
      break;
  }
  return canaryWords(bucket, percent, key?.drawn ?? false);
}

function canaryWords(bucket: number | null, percent: number, drawn: boolean): string {
  const share = bucketsIn(percent);
  if (share >= BUCKETS) return "a canary of 100 % takes every client";
  if (share <= 0) return "a canary of 0 % takes no client";
  if (drawn)
    return `a client without a key draws one at random, and ${percent} % of those go to the function`;
  const [where, who] = bucket! < share ? ["below", "in the canary"] : ["not below", "not in the canary"];
  return `bucket ${bucket} is ${where} ${share} of ${BUCKETS} (${percent} %), so this client is ${who}`;
}

/** Routes that want this path, but by another method or on another host. */
function nearMisses({ method, host, target }: Asked, table: RouteTable): Explanation["nearMisses"] {
  const taken = new Set(table.matches(method, host, target).map(({ route }) => route.id));
  return table.routes
    .filter((route) => {
      if (taken.has(route.id)) return false;
      // Any host under `*.suffix` will do.
      const itsHost = route.host?.replace("*", "any") ?? host;
      const wanted = table.matches(route.methods?.[0] ?? method, itsHost, target);
      return wanted.some((match) => match.route.id === route.id);
    })
    .map((route) => ({ id: route.id, match: matchText(route) }));
}
