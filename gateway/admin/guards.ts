import type { RequestHandler } from "express";
import { hostName } from "../routes/table.ts";
import { sendProblem, type AdminProblem } from "./problem.ts";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Keeps browsers from being used against the operator, whose machine or session may be all the proof there is: a web page
 * that such a person looks at may only reach us by a name of its own (DNS rebinding) or across sites.
 */
export function guards(allowedHosts: () => readonly string[]): RequestHandler {
  return (req, res, next) => {
    const { host = "", origin, "sec-fetch-site": fetchSite } = req.headers;
    const refusal =
      hostRefusal(host, allowedHosts()) ??
      (req.method === "GET" || req.method === "HEAD"
        ? null
        : (methodRefusal(req.method) ??
          originRefusal(host, origin, fetchSite) ??
          typeRefusal(req.headers["content-type"])));
    if (refusal === null) return next();
    if (refusal.status === 405) res.set("Allow", "GET, HEAD, POST");
    sendProblem(res, refusal);
  };
}

function hostRefusal(host: string, allowed: readonly string[]): AdminProblem | null {
  const name = hostName(host);
  if (LOOPBACK_NAMES.includes(name) || allowed.includes(name)) return null;
  const detail = "This name is not one of the operator's: use localhost, or one of operators.hosts.";
  return { status: 421, code: "host-not-allowed", detail };
}

function methodRefusal(method: string): AdminProblem | null {
  if (method === "POST") return null;
  return { status: 405, code: "method-not-allowed", detail: "Reading is by GET, changing by POST." };
}

/** Browsers say where a request comes from, and pages cannot make them lie about it; command lines say nothing. */
function originRefusal(
  host: string,
  origin: string | undefined,
  fetchSite: string | string[] | undefined,
): AdminProblem | null {
  // Whether the browser came by http or https only a proxy in front knows; Sec-Fetch-Site tells them apart.
  const sameOrigin =
    origin === undefined || /^https?:\/\/(.*)$/.exec(origin.toLowerCase())?.[1] === host.toLowerCase();
  const sameSite = fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none";
  if (sameOrigin && sameSite) return null;
  return { status: 403, code: "cross-origin", detail: "Changes are not taken from other sites' pages." };
}

/** A cross-site form cannot send this type without the browser asking first, and the answer to that is no. */
function typeRefusal(contentType = ""): AdminProblem | null {
  if (contentType.split(";", 1)[0]!.trim().toLowerCase() === "application/json") return null;
  return { status: 415, code: "not-json", detail: "Send JSON, with content-type application/json." };
}

/** Fields that every answer carries, problems included. */
export function securityHeaders(version: string): RequestHandler {
  const fields = {
    "Cache-Control": "no-store",
    "Content-Security-Policy":
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    // By this the command line tells a gateway from whatever else may listen on the port.
    "X-Banyan-Version": version,
  };
  return (_req, res, next) => {
    res.set(fields);
    next();
  };
}
