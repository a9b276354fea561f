import type { HeaderList } from "../../http/headers.ts";
import type { GatewayRequest } from "../../http/request.ts";
import type { Target } from "../../http/target.ts";
import { UpstreamError } from "../upstream.ts";
import { isFieldText, isToken } from "./field-lines.ts";

/** What of a request goes over the wire. */
export interface Message extends Pick<GatewayRequest, "method" | "host" | "headers" | "body"> {
  readonly target: Pick<Target, "raw">;
}

/** What goes before a request's body. */
export interface RequestHead {
  /** The bytes of the head, one character a byte, its empty line included. */
  readonly text: string;
  /** True when the server is to say whether it wants the body. */
  readonly expectsContinue: boolean;
}

/** Methods that change nothing. Their requests have no body unless they say so (RFC 9110 §8.6, §9.2.1). */
export const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A request's head with the framing of its body. Throws an UpstreamError (`rejected`: nothing was sent) when it could be
 * read in two ways, or would break out of its line. `ownHost` stands in where the client named none (HTTP/1.0).
 */
export function requestHead(request: Message, ownHost: string): RequestHead {
  const { method, target, host, body } = request;
  if (!isToken(method) || !isTarget(target.raw)) throw rejected("a request line that is none");
  let text = `${method} ${target.raw} HTTP/1.1\r\n`;
  if (host === "") text += `Host: ${ownHost}\r\n`;

  const { headers } = request;
  let saysLength = false;
  let expectsContinue = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    if (!isToken(name) || !isFieldText(value)) throw rejected("a header field that is none");
    switch (name.length) {
      case "expect".length:
        expectsContinue ||= name.toLowerCase() === "expect" && value.toLowerCase() === "100-continue";
        break;
      case "content-length".length:
        if (name.toLowerCase() !== "content-length") break;
        if (saysLength || !/^[0-9]+$/.test(value) || Number(value) !== body.length)
          throw rejected("another length than the body's");
        saysLength = true;
        break;
      case "transfer-encoding".length:
        if (name.toLowerCase() === "transfer-encoding") throw rejected("a transfer coding of its own");
        break;
      case "trailer".length:
        // Trailers have no room but behind chunks.
        if (body.length !== null && name.toLowerCase() === "trailer") continue;
        break;
      default:
    }
    text += `${name}: ${value}\r\n`;
  }
  if (body.length === null) text += "Transfer-Encoding: chunked\r\n";
  else if (!saysLength && (body.length > 0 || !SAFE.has(method))) {
    text += `Content-Length: ${body.length}\r\n`;
  }
  return { text: `${text}Connection: keep-alive\r\n\r\n`, expectsContinue };
}

/** Trailers as they follow the last chunk, the empty line that ends the body included. */
export function trailerSection(trailers: HeaderList): string {
  let text = "";
  for (let i = 0; i < trailers.length; i += 2) {
    if (!isToken(trailers[i]!) || !isFieldText(trailers[i + 1]!)) continue;
    text += `${trailers[i]}: ${trailers[i + 1]}\r\n`;
  }
  return `${text}\r\n`;
}

/** Visible characters and bytes of UTF-8; a blank would end the target, a control byte the line. */
function isTarget(raw: string): boolean {
  return raw !== "" && isFieldText(raw) && !raw.includes(" ") && !raw.includes("\t");
}

function rejected(what: string): UpstreamError {
  return new UpstreamError("rejected", `not sent: ${what}`);
}
