import { firstValue, type HeaderList } from "../../http/headers.ts";
import type { UpstreamError } from "../upstream.ts";
import { invokeFailure } from "./invoke-errors.ts";

/** What an answer of the service that is no success says of the call. */
export function refusal(status: number, headers: HeaderList, body: Buffer): UpstreamError {
  const said = saidIn(body);
  const type = firstValue(headers, "x-amzn-errortype") ?? said.get("code") ?? said.get("__type") ?? "";
  // As the SDK reads it: a namespace before `#` and a link behind `:` are no part of the name.
  const name = type.split(/[,:]/, 1)[0]!.split("#").at(-1)!;
  const message = said.get("message") ?? said.get("Message") ?? "";
  return invokeFailure({ type: name, status, code: "", sent: true, message });
}

/** What an error of the service says of itself in its body, which may be anybody's HTML. */
function saidIn(body: Buffer): ReadonlyMap<string, string> {
  try {
    return textsIn(body);
  } catch {
    return new Map();
  }
}

/** The texts of a JSON object; throws when it is none. */
export function textsIn(json: Buffer): ReadonlyMap<string, string> {
  const value = JSON.parse(json.toString()) as unknown;
  if (typeof value !== "object" || value === null) throw new Error("no JSON object");
  const fields: [string, unknown][] = Object.entries(value);
  return new Map(fields.filter((field): field is [string, string] => typeof field[1] === "string"));
}
