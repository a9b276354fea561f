import { z } from "zod";
import { configInUse, diffs, explanation, flipped, status } from "../admin/contract.ts";
import type { Operator } from "../admin/operator.ts";
import { Refusal, REFUSALS } from "../admin/refusal.ts";
import { CliError } from "./answer.ts";

/** Longer than a writer waits for another one's lock. */
const CALL_TIMEOUT_MS = 15_000;
const PING_TIMEOUT_MS = 2000;

const problem = z.object({
  status: z.number(),
  code: z.string().optional(),
  type: z.string(),
  detail: z.string(),
  next: z.string().nullable().optional(),
});

/** Asks a running gateway, by its operator's API. Rejects with a Refusal, or a CliError when it cannot be reached. */
export function remoteOperator(url: string): Operator {
  const get = async <T>(schema: z.ZodType<T>, path: string, query: URLSearchParams) =>
    read(schema, await ask(url, `${path}?${query.toString()}`, {}));
  const post = async <T>(schema: z.ZodType<T>, path: string, body: object) =>
    read(schema, await ask(url, path, { method: "POST", body: JSON.stringify(body), headers: JSON_TYPE }));
  return {
    status: (route) => get(status, "/api/status", new URLSearchParams(route === undefined ? {} : { route })),
    config: () => get(configInUse, "/api/config", new URLSearchParams()),
    diffs: (request) => get(diffs, "/api/diffs", queryOf(request)),
    explain: (request) => post(explanation, "/api/explain", request),
    flip: (request) => post(flipped, "/api/flip", request),
    promote: (request) => post(flipped, "/api/promote", request),
    rollback: (request) => post(flipped, "/api/rollback", request),
    pause: (request) => post(flipped, "/api/pause", request),
    kill: (request) => post(flipped, "/api/kill", request),
  };
}

function queryOf(request: object): URLSearchParams {
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
}

const JSON_TYPE = { "content-type": "application/json" };

/** Null when a gateway answers at this address, or why none does. */
export async function absenceOf(url: string): Promise<string | null> {
  try {
    await ask(url, "/healthz", {}, PING_TIMEOUT_MS);
    return null;
  } catch (error) {
    return error instanceof CliError ? error.message : String(error);
  }
}

const readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

/** Whether a gateway takes requests. Rejects with a CliError when none answers. */
export async function readinessOf(url: string): Promise<z.infer<typeof readiness>> {
  const response = await ask(url, "/readyz", {}, PING_TIMEOUT_MS);
  return readiness.parse(await response.json());
}

async function ask(
  url: string,
  path: string,
  init: { method?: string; body?: string; headers?: Record<string, string> },
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<Response> {
  const response = await fetch(new URL(path, url), {
    ...init,
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw unreachable(`no gateway answers at ${url} (${reasonOf(error)})`);
  });
  if (response.headers.has("x-banyan-version")) return response;
  throw unreachable(`what answers at ${url} is not the operator's side of a gateway`);
}

function unreachable(message: string): CliError {
  return new CliError(4, [{ message, next: "banyan start, or name another address with --admin" }]);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it takes too long";
  const { cause } = error;
  return cause instanceof Error ? ("code" in cause ? String(cause.code) : cause.message) : error.message;
}

async function read<T>(schema: z.ZodType<T>, response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusalOf(body, response.status);
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const version = response.headers.get("x-banyan-version");
  throw new CliError(4, [
    { message: `the gateway answers what this command does not understand: it is of version ${version}` },
  ]);
}

function refusalOf(body: unknown, status: number): Error {
  const { data } = problem.safeParse(body);
  if (data === undefined) return new CliError(4, [{ message: `the gateway answers ${status}` }]);
  const kind = REFUSALS.find((refusal) => data.type.endsWith(`:${refusal}`));
  if (kind === undefined) return new CliError(5, [{ message: data.detail }]);
  return new Refusal(kind, data.detail, data.next ?? null);
}
