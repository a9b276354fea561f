import { STATUS_CODES } from "node:http";
import { z } from "zod";

/** What a client is told of an upstream's failure: status and code, and when to come back. */
export type Told = readonly [status: number, code: string, retryAfter?: string];

export const failed: Told = [502, "upstream-failed"];
export const answeredBadly: Told = [502, "upstream-answered-badly"];
export const unreachable: Told = [502, "upstream-unreachable"];
export const busy: Told = [503, "upstream-unavailable", "1"];
export const late: Told = [504, "upstream-timeout"];
export const tooLarge: Told = [413, "request-too-large"];

/** Nothing else may be in it; its words are its own, and none of the failure's: no name, no number, no path. */
const Problem = z.strictObject({
  type: z.templateLiteral(["urn:banyan:problem:", z.string()]),
  title: z.string(),
  status: z.int(),
  detail: z.string().regex(/^The (?:service|request) [a-z ]+\.$/),
  requestId: z.string().regex(/^[\w-]+$/),
});

/** Fields of every answer; of a problem there are two more, and none of these is the function's. */
const FIELDS = ["connection", "content-length", "date", "keep-alive", "cache-control", "content-type"];

/** What a problem of the gateway's own tells; throws when the answer is none, or tells anything beside. */
export async function told(answer: Response): Promise<Told> {
  const { headers, status } = answer;
  const problem = Problem.parse(await answer.json());
  const retryAfter = headers.get("retry-after");
  const beside = [...headers.keys()].filter((name) => !FIELDS.includes(name) && name !== "retry-after");
  const mismatched =
    problem.status !== status ||
    problem.title !== STATUS_CODES[status] ||
    headers.get("content-type") !== "application/problem+json" ||
    headers.get("cache-control") !== "no-store";
  if (mismatched || beside.length > 0) {
    throw new Error(`${status} ${JSON.stringify(problem)} with ${JSON.stringify([...headers])}`);
  }
  const code = problem.type.slice("urn:banyan:problem:".length);
  return retryAfter === null ? [status, code] : [status, code, retryAfter];
}
