import { firstValue, type HeaderList } from "../../http/headers.ts";
import { UpstreamError } from "../upstream.ts";
import type { FunctionHost } from "./function-host.ts";
import { OWN_ANSWERS, type OwnAnswer } from "./own-answers.ts";

/** An answer's head, which may be the host's own and not the function's. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
}

/** True when it takes the answer's body to tell whose it is. */
export function bodyWouldTell(head: AnswerHead, host: FunctionHost): boolean {
  return OWN_ANSWERS.some((own) => own.body !== undefined && fits(own, head, host));
}

/** The failure that an answer stands for, or undefined when it is the function's own. `body` is null after HEAD. */
export function platformFailure(
  head: AnswerHead,
  body: string | null,
  host: FunctionHost,
): UpstreamError | undefined {
  const own = OWN_ANSWERS.find((candidate) => fits(candidate, head, host) && says(candidate, body, host));
  if (own === undefined) return undefined;
  return new UpstreamError(own.kind, `${head.status}: ${own.told}`, { phase: own.phase });
}

function fits(own: OwnAnswer, { status, reason, headers }: AnswerHead, host: FunctionHost): boolean {
  if (own.status !== status || (own.on ?? host.platform) !== host.platform) return false;
  if (own.reason !== undefined && own.reason !== reason) return false;
  return Object.entries(own.fields ?? {}).every(([name, pattern]) => {
    const value = firstValue(headers, name);
    return pattern === null ? value === undefined : value !== undefined && pattern.test(value);
  });
}

function says({ body: pattern, byHead }: OwnAnswer, body: string | null, host: FunctionHost): boolean {
  if (pattern === undefined) return true;
  if (body === null) return byHead === true;
  return (typeof pattern === "function" ? pattern(host) : pattern).test(body);
}
