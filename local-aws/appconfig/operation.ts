import { z } from "zod";
import { badRequest, noSuch } from "./errors.ts";

/** One call of the control plane. */
export interface Call {
  /** The path's variables, in order. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | null;
  readonly body: Buffer;
  /** Of the body as it was sent, which is empty when it was too large. */
  readonly sentBytes: number;
}

/** What a call answers: JSON, or bytes with headers. */
export type Answer =
  | { readonly json: Readonly<Record<string, unknown>> }
  | { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> };

/** One action of https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_Amazon_AppConfig.html. */
export interface Operation {
  readonly name: string;
  /** Such as `GET /applications/{id}`. */
  readonly request: string;
  /** Of the answer when it succeeds. */
  readonly status: 200 | 201 | 202;
  readonly run: (call: Call) => Answer;
}

const DEFAULT_PAGE = 50;

/** One page of a list, by `max_results` and `next_token`. */
export function page(items: readonly Readonly<Record<string, unknown>>[], query: URLSearchParams): Answer {
  const start = Number(query.get("next_token") ?? 0);
  const size = Number(query.get("max_results") ?? DEFAULT_PAGE);
  if (!Number.isInteger(start) || start < 0) throw badRequest("NextToken is not valid");
  if (!Number.isInteger(size) || size < 1 || size > DEFAULT_PAGE)
    throw badRequest("MaxResults must be 1 to 50");
  const end = start + size;
  const more = end < items.length ? { NextToken: String(end) } : {};
  return { json: { Items: items.slice(start, end), ...more } };
}

/** A call's JSON; throws a ServiceError that says what is wrong with it. */
export function read<T>(schema: z.ZodType<T>, body: Buffer): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw badRequest("the body is no JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badRequest(z.prettifyError(result.error));
}

/** What was found, or a ServiceError that says what was not. */
export function existing<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw noSuch(what);
  return found;
}

/** Without what is null: AWS leaves out what was never given. */
export function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
