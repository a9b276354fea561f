import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { configInUse, diffs, explanation, flipped } from "../admin/contract.ts";
import { status } from "../admin/status-contract.ts";
import type { Operator } from "../admin/operator.ts";
import { Refusal, REFUSALS } from "../admin/refusal.ts";
import { readReport } from "../report/json.ts";
import type { Report } from "../report/report.ts";
import { CliError } from "./answer.ts";

/** Longer than a writer waits for another one's lock. */
const CALL_TIMEOUT_MS = 15_000;
const PING_TIMEOUT_MS = 2000;
/** A gateway that has just started opens its evidence within a second or two. */
const READY_TRIES = 5;
const READY_PAUSE_MS = 1000;

const problem = z.object({
  status: z.number(),
  code: z.string().optional(),
  type: z.string(),
  detail: z.string(),
  next: z.string().nullable().optional(),
});

/** Where the operator's side of a gateway is. */
export interface GatewayAddress {
  readonly url: string;
  /** What shows who asks; null for nothing. */
  readonly token: string | null;
}

/** Asks a running gateway, by its operator's API. Rejects with a Refusal, or a CliError when it cannot be reached. */
export function remoteOperator(gateway: GatewayAddress): Operator {
  const get = async <T>(schema: z.ZodType<T>, path: string, query: URLSearchParams) =>
    read(schema, await askUntilReady(gateway, `${path}?${query.toString()}`));
  const post = async <T>(schema: z.ZodType<T>, path: string, body: object) =>
    read(
      schema,
      await ask(gateway, path, { method: "POST", body: JSON.stringify(body), headers: JSON_TYPE }),
    );
  return {
    status: (route) => get(status, "/api/status", new URLSearchParams(route === undefined ? {} : { route })),
    config: () => get(configInUse, "/api/config", new URLSearchParams()),
    diffs: (request) => get(diffs, "/api/diffs", queryOf(request)),
    report: async (request) =>
      reportIn(await askUntilReady(gateway, `/api/report?${queryOf(request).toString()}`)),
    explain: (request) => post(explanation, "/api/explain", request),
    flip: (request) => post(flipped, "/api/flip", request),
    promote: (request) => post(flipped, "/api/promote", request),
    rollback: (request) => post(flipped, "/api/rollback", request),
    pause: (request) => post(flipped, "/api/pause", request),
    kill: (request) => post(flipped, "/api/kill", request),
  };
}

/** What a gateway sends for as long as it is listened to. Rejects with a Refusal, or a CliError when it cannot be reached. */
export async function openStream(
  gateway: GatewayAddress,
  path: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const response = await ask(gateway, path, { signal });
  if (!response.ok || response.body === null)
    throw refusalOf(await response.json().catch(() => null), response.status);
  return buffersOf(response.body);
}

async function* buffersOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of body)
    yield Buffer.from(buffer, byteOffset, byteLength);
}

async function reportIn(response: Response): Promise<Report> {
  const text = await response.text();
  if (response.ok) return readReport(text);
  throw refusalOf(parsed(text), response.status);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A list becomes a parameter that is there again and again. */
function queryOf(request: Readonly<Record<string, Parameter | readonly Parameter[]>>): URLSearchParams {
  const given = Object.entries(request).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  );
  return new URLSearchParams(given);
}

type Parameter = string | number | undefined;

const JSON_TYPE = { "content-type": "application/json" };

/** Null when a gateway answers at this address, or why none does. */
export async function absenceOf(gateway: GatewayAddress): Promise<string | null> {
  try {
    await ask(gateway, "/healthz", {}, PING_TIMEOUT_MS);
    return null;
  } catch (error) {
    return error instanceof CliError ? error.message : String(error);
  }
}

/** The version of the gateway at this address; null when none answers. */
export async function versionOf(gateway: GatewayAddress): Promise<string | null> {
  const answer = await ask(gateway, "/healthz", {}, PING_TIMEOUT_MS).catch(() => null);
  return answer?.headers.get("x-banyan-version") ?? null;
}

const readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

/** Whether a gateway takes requests. Rejects with a CliError when none answers. */
export async function readinessOf(gateway: GatewayAddress): Promise<z.infer<typeof readiness>> {
  const response = await ask(gateway, "/readyz", {}, PING_TIMEOUT_MS);
  return readiness.parse(await response.json());
}

/** Asks again while the gateway says that it will know in a moment; its last word when it does not. */
async function askUntilReady(gateway: GatewayAddress, path: string): Promise<Response> {
  for (let tries = READY_TRIES; ; tries--) {
    const response = await ask(gateway, path, {});
    if (response.status !== 503 || tries === 1) return response;
    await response.body?.cancel();
    await sleep(READY_PAUSE_MS);
  }
}

async function ask(
  { url, token }: GatewayAddress,
  path: string,
  init: { method?: string; body?: string; headers?: Record<string, string>; signal?: AbortSignal },
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<Response> {
  const response = await fetch(new URL(path, url), {
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    ...init,
    headers: { ...init.headers, ...(token !== null && { authorization: `Bearer ${token}` }) },
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
  if (kind === undefined) {
    const exitCode = status >= 500 ? 4 : 5;
    return new CliError(exitCode, [{ message: data.detail, next: data.next ?? null }]);
  }
  return new Refusal(kind, data.detail, data.next ?? null);
}
