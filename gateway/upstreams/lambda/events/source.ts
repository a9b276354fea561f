import type { GatewayRequest } from "../../../http/request.ts";
import type { EventSettings } from "../../../routes/function-target.ts";
import { decoded, utf8 } from "./wire-text.ts";

/** All that an event is made of. */
export interface EventSource {
  readonly request: GatewayRequest;
  readonly body: Buffer;
  /** Values of the route's path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly settings: EventSettings;
}

/** Who is asked to pretend to be API Gateway: an account that is none. */
export const ACCOUNT = "anonymous";
export const API = "banyan";
export const STAGE = "$default";

/** The path as the function is to see it. */
export function pathOf({ request, settings }: EventSource): string {
  const path = utf8(request.target.path);
  return settings.pathEncoding === "decoded" ? decoded(path) : path;
}

/** `requestContext.domainName` and `.domainPrefix`: the Host without its port, and the first label of it. */
export function domainOf({ host }: GatewayRequest): { domainName: string; domainPrefix: string } {
  const domainName = host.replace(/:\d*$/, "");
  const dot = domainName.indexOf(".");
  return { domainName, domainPrefix: dot === -1 ? domainName : domainName.slice(0, dot) };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

let second = Number.NaN;
let written = "";

/** As in `21/Nov/2026:12:00:00 +0000`; written out once a second. */
export function commonLogTime(milliseconds: number): string {
  const its = Math.floor(milliseconds / 1_000);
  if (its !== second) {
    second = its;
    written = logTime(new Date(milliseconds));
  }
  return written;
}

function logTime(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}
