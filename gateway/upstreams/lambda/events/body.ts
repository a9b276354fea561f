import { isUtf8 } from "node:buffer";
import { firstValue, type HeaderList } from "../../../http/headers.ts";

/** A body as events carry it. */
export interface EventBody {
  readonly text: string;
  readonly isBase64Encoded: boolean;
}

/** Exactly these: `application/problem+json` and `application/json-patch+json` come as base64. */
const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|javascript)\s*(?:;|$))/i;

const NO_BODY: EventBody = { text: "", isBase64Encoded: false };

/** By the rules of Function URLs, HTTP APIs and load balancers: all but a few types come as base64, forms included. */
export function bodyByType(headers: HeaderList, body: Buffer): EventBody {
  if (body.length === 0) return NO_BODY;
  const type = firstValue(headers, "content-type") ?? "";
  const coded = firstValue(headers, "content-encoding") !== undefined;
  return bodyAs(TEXT_TYPE.test(type) && !coded && isUtf8(body), body);
}

/**
 * By the rules of REST APIs: base64 for `binaryMediaTypes` alone. What is no UTF-8 comes as base64 too, where a REST API
 * would put replacement characters in its place.
 */
export function bodyByBinaryTypes(
  headers: HeaderList,
  body: Buffer,
  binaryTypes: readonly string[],
): EventBody {
  const [type = ""] = (firstValue(headers, "content-type") ?? "").toLowerCase().split(";", 1);
  const isBinary = binaryTypes.some((binary) => covers(binary, type.trim()));
  return bodyAs(!isBinary && isUtf8(body), body);
}

function covers(binary: string, type: string): boolean {
  if (binary === "*/*") return true;
  return binary.endsWith("/*") ? type.startsWith(binary.slice(0, -1)) : type === binary;
}

function bodyAs(isText: boolean, body: Buffer): EventBody {
  if (body.length === 0) return NO_BODY;
  return { text: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}
