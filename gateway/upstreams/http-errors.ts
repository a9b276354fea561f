import type { IncomingMessage } from "node:http";
import { allValues } from "../http/headers.ts";
import { UpstreamError, type FailureKind } from "./upstream.ts";

/** Codes of connections that never were. On a connection that was ready the same codes say nothing of the kind. */
const NEVER_READY: Readonly<Record<string, FailureKind>> = {
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
  EAI_FAIL: "unresolved",
  EAI_NODATA: "unresolved",
  ETIMEDOUT: "connect-timeout",
  EMFILE: "unavailable",
  ENFILE: "unavailable",
  EPROTO: "tls",
};

/** Node's codes of TLS: its own, OpenSSL's, and those of certificates (`DEPTH_ZERO_SELF_SIGNED_CERT` and its kin). */
const TLS = /^ERR_(?:TLS|SSL)_|CERT|SIGNATURE/;

/**
 * Sorts an error of node:http's client. `ready` is whether its connection was, the TLS handshake included: before that,
 * not a byte of the request can have left; after it the request may have been heard, whatever the code.
 */
export function httpFailure(error: NodeJS.ErrnoException, ready: boolean): UpstreamError {
  const { code = "" } = error;
  const message = `${code === "" ? error.name : code}: ${error.message}`.slice(0, 300);
  return new UpstreamError(ready ? kindOfBreak(code) : kindOfRefusal(code), message, { cause: error });
}

function kindOfBreak(code: string): FailureKind {
  return code.startsWith("HPE_") ? "bad-answer" : "reset";
}

/** What an error of a connection that never was ready says. */
export function kindOfRefusal(code: string): FailureKind {
  return NEVER_READY[code] ?? (TLS.test(code) ? "tls" : "refused");
}

/** What makes an answer that the parser accepted unfit to be passed on, or undefined. */
export function unsafeAnswer(answer: IncomingMessage): string | undefined {
  const { httpVersion, statusCode = 0, statusMessage = "", rawHeaders } = answer;
  if (!httpVersion.startsWith("1.")) return `HTTP/${httpVersion}`;
  if (statusCode < 200 || statusCode > 999) return `status ${statusCode} is no final status`;
  if (hasControlByte(statusMessage)) return "control byte in the reason phrase";
  const codings = allValues(rawHeaders, "transfer-encoding");
  if (codings.length > 1 || (codings.length === 1 && codings[0]!.toLowerCase() !== "chunked")) {
    return "a transfer coding other than one `chunked`";
  }
  for (const text of rawHeaders) {
    if (hasControlByte(text)) return "control byte in a header field";
  }
  return undefined;
}

/** Field values and reason phrases are HTAB, SP, visible characters and obs-text (RFC 9110 §5.5, RFC 9112 §4). */
function hasControlByte(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}
