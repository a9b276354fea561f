import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { Rejection } from "./answers.ts";

type Event = APIGatewayProxyEventV2;

/** The decoded segment of the path at this position, counted from 0. Function URLs send no pathParameters. */
export function segment(event: Event, position: number): string {
  try {
    return decodeURIComponent(event.rawPath.split("/")[position + 1] ?? "");
  } catch {
    throw new Rejection(400, "bad-request", "The request cannot be understood.");
  }
}

/** A header's value; names are lower-case in events. */
export function header(event: Event, name: string): string | undefined {
  return event.headers[name];
}

/** A cookie's value; format 2.0 takes cookies out of the headers. */
export function cookie(event: Event, name: string): string | undefined {
  const found = event.cookies?.find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** A query parameter, decoded; repeated ones are joined with a comma. */
export function query(event: Event, name: string): string | undefined {
  return event.queryStringParameters?.[name];
}

/** A whole number of the query, within its bounds. */
export function queryNumber(
  event: Event,
  name: string,
  least: number,
  most: number,
  otherwise: number,
): number {
  const text = query(event, name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Rejection(400, "bad-query", `${name} must be a whole number from ${least} to ${most}.`);
}

/** The body as JSON; undefined when it is empty or not called JSON. */
export function jsonBody(event: Event): unknown {
  const text = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8").toString();
  if (text === "" || !/^application\/json\s*(;|$)/i.test(header(event, "content-type") ?? ""))
    return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below, like a lone number or string, which the monolith's parser refuses too.
  }
  throw new Rejection(400, "invalid-json", "The body is not valid JSON.");
}
