import type { EdgeLimits } from "./limits.ts";
import type { ReceivedHead } from "./line.ts";
import type { NotedFields } from "./noted-fields.ts";
import { problem, type Problem } from "./problem.ts";
import { parseTarget, type Target } from "./target.ts";

/** What a request's head comes to: where it goes, and whom its client addressed. */
export interface Head {
  readonly target: Target;
  /** Host, or the absolute-form target's authority; empty when HTTP/1.0 sent none. */
  readonly host: string;
}

/** Reads a parsed head, or says why it may not pass: what two servers could read in two ways does not. */
export function parseHead(
  { method = "", url = "", httpVersion, rawHeaders }: ReceivedHead,
  noted: NotedFields,
  viaName: string,
  limits: EdgeLimits,
): Head | Problem {
  if (httpVersion !== "1.1" && httpVersion !== "1.0") {
    return problem(505, "http-version", "HTTP/1.1 is spoken here.");
  }
  return (
    sizeProblem(url, rawHeaders.length / 2, noted, limits) ??
    codingProblem(httpVersion, noted) ??
    expectProblem(httpVersion, noted) ??
    wayProblem(method, noted, viaName) ??
    addressed(method, url, httpVersion, noted)
  );
}

/** One problem of a request's own making. */
export function bad(code: string, detail: string): Problem {
  return problem(400, `bad-${code}`, detail);
}

function sizeProblem(
  url: string,
  fields: number,
  { contentLength }: NotedFields,
  limits: EdgeLimits,
): Problem | undefined {
  if (url.length > limits.targetBytes) {
    return problem(414, "target-too-long", "The request target is longer than is accepted here.");
  }
  if (fields > limits.fields) {
    return problem(431, "too-many-fields", "The request has more header fields than are accepted here.");
  }
  // A length that is no number was refused by the parser.
  if (contentLength !== undefined && Number(contentLength) > limits.bodyBytes) {
    return problem(413, "body-too-large", "The request's body is larger than is accepted here.");
  }
  return undefined;
}

function codingProblem(httpVersion: string, { codings }: NotedFields): Problem | undefined {
  if (codings === undefined) return undefined;
  if (httpVersion === "1.0") return bad("transfer-encoding", "HTTP/1.0 has no Transfer-Encoding.");
  if (codings.length > 1 || codings[0]!.trim().toLowerCase() !== "chunked") {
    return problem(501, "transfer-encoding", "The only transfer coding understood here is one `chunked`.");
  }
  return undefined;
}

/** HTTP/1.0 knows no expectations, so that one is ignored there (RFC 9110 §10.1.1). */
function expectProblem(httpVersion: string, { expectations }: NotedFields): Problem | undefined {
  if (expectations === undefined || httpVersion === "1.0") return undefined;
  if (expectations.every((value) => value.toLowerCase() === "100-continue")) return undefined;
  return problem(417, "expectation", "The only expectation understood here is 100-continue.");
}

/** A request that came round in a circle, or that was not to come any further (RFC 9110 §7.6.2, §7.6.3). */
function wayProblem(method: string, { via, maxForwards }: NotedFields, viaName: string): Problem | undefined {
  const hasPassed = via?.some((value) => value.split(/[\s,]+/).includes(viaName)) ?? false;
  if (hasPassed) return problem(508, "loop", "This request has passed this gateway before.");
  if (isCounted(method) && Number(maxForwards) === 0) {
    return problem(501, "max-forwards", "This gateway was asked itself, and has nothing to say.");
  }
  return undefined;
}

/** Methods whose Max-Forwards every intermediary counts down (RFC 9110 §7.6.2). */
export function isCounted(method: string): boolean {
  return method === "OPTIONS" || method === "TRACE";
}

function addressed(
  method: string,
  url: string,
  httpVersion: string,
  { hosts, host: named = "" }: NotedFields,
): Head | Problem {
  if (hosts > 1 || (hosts === 0 && httpVersion !== "1.0")) {
    return bad("host", "Exactly one Host field is needed.");
  }
  const { raw, authority } = originForm(method, url);
  const host = authority ?? named;
  if (!isAuthority(host) && (hosts > 0 || authority !== undefined))
    return bad("host", "The Host field is not a valid authority.");
  if (raw === "*") {
    if (method !== "OPTIONS") return bad("target", "Only OPTIONS takes the target `*`.");
    return { target: { raw, path: raw, query: null }, host };
  }
  const target = parseTarget(raw);
  return typeof target === "string"
    ? bad("target", `The request target is refused: ${target}.`)
    : { target, host };
}

/** Absolute-form is sent on in origin-form, and its authority replaces Host (RFC 9112 §3.2.2). */
function originForm(method: string, url: string): { raw: string; authority: string | undefined } {
  if (url.startsWith("/")) return { raw: url, authority: undefined };
  const scheme = /^https?:\/\//i.exec(url);
  if (scheme === null) return { raw: url, authority: undefined };
  const rest = url.slice(scheme[0].length);
  const end = rest.search(/[/?#]/);
  // OPTIONS of no path is about the server as a whole (RFC 9112 §3.2.4).
  if (end === -1) return { raw: method === "OPTIONS" ? "*" : "/", authority: rest };
  const path = rest.slice(end);
  return { raw: path.startsWith("/") ? path : `/${path}`, authority: rest.slice(0, end) };
}

/** Host grammar of RFC 3986 §3.2.2 without userinfo: a name, an IPv4 address or a bracketed IPv6 one; maybe a port. */
function isAuthority(host: string): boolean {
  return /^(?:(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/.test(host);
}
