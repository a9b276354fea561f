import type { IncomingMessage } from "node:http";
import { allValues } from "../http/headers.ts";
import { UpstreamError, type FailureKind } from "./upstream.ts";

const BEFORE_A_BYTE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  ENETUNREACH: "refused",
  EADDRNOTAVAIL: "refused",
  EMFILE: "unavailable",
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
  ETIMEDOUT: "connect-timeout",
};

/** Sorts an error of node:http's client by what is known to have happened. */
export function httpFailure(error: NodeJS.ErrnoException, connecting: boolean): UpstreamError {
  const code = error.code ?? "";
  const message = `${code === "" ? error.name : code}: ${error.message}`.slice(0, 300);
  if (code.startsWith("HPE_")) return new UpstreamError("bad-answer", message, { cause: error });
  if (code.startsWith("ERR_TLS_") || code.startsWith("CERT_") || /certificate|SELF_SIGNED|SSL/i.test(code)) {
    return new UpstreamError("tls", message, { cause: error });
  }
  const early = BEFORE_A_BYTE[code];
  if (early !== undefined) return new UpstreamError(early, message, { cause: error });
  return connecting
    ? new UpstreamError("refused", message, { cause: error })
    : new UpstreamError("reset", message, { cause: error });
}

/** What makes an answer that the parser accepted unfit to be passed on, or undefined. */
export function unsafeAnswer(answer: IncomingMessage): string | undefined {
  const { statusCode = 0, statusMessage = "", rawHeaders } = answer;
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
