import { buffer } from "node:stream/consumers";
import { systemClock, type Clock } from "../../clock.ts";
import { SlowClient, type RequestBody } from "../../http/body.ts";
import { firstValue } from "../../http/headers.ts";
import type { GatewayRequest } from "../../http/request.ts";
import type { WebTarget } from "../../routes/function-target.ts";
import type { HttpUpstream } from "../http-upstream.ts";
import { leanUpstream } from "../http1/lean-upstream.ts";
import { within } from "../within.ts";
import { UpstreamError, type Attempt, type UpstreamResponse } from "../upstream.ts";
import { addressed, type Address } from "./addressed.ts";
import type { Authenticator } from "./authenticator.ts";
import { authenticatorFor } from "./authenticator-for.ts";
import { functionHost, type FunctionHost } from "./function-host.ts";
import { bodyWouldTell, platformFailure } from "./platform-failure.ts";

export interface WebUpstreamOptions {
  readonly target: WebTarget;
  readonly clock?: Clock;
  /** Instead of the one that the target asks for. */
  readonly authenticator?: Authenticator;
}

/** What Lambda takes as one request (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const SIGNED_BYTES = 6 * 1024 * 1024;

/** Bodies up to here are kept, so that legacy can have them where the host turned the request away. Larger ones stream. */
const KEPT_BYTES = 1024 * 1024;

/** A host's own answers are short. */
const OWN_ANSWER_BYTES = 8 * 1024;

/** A function that speaks HTTP itself, wherever it runs. Redirects are passed on, never followed. */
export function webUpstream(options: WebUpstreamOptions): HttpUpstream {
  const { target, clock = systemClock } = options;
  const { authenticator = authenticatorFor(target.auth, clock) } = options;
  const url = new URL(target.url);
  const name = `web ${target.url}`;
  const server = leanUpstream({ name, url: url.origin, connections: target.connections });
  const host = functionHost(target);
  const address: Address = {
    host: url.host,
    pathPrefix: url.pathname.replace(/\/+$/, ""),
    preserveHost: target.preserveHost,
  };

  return {
    name,
    async send(request, attempt) {
      const body = await bodyFor(request, authenticator);
      const lastMs = clock.elapsed() + attempt.timeoutMs;
      const rest = (): Attempt => ({ ...attempt, timeoutMs: Math.max(1, lastMs - clock.elapsed()) });
      const unproven = addressed(request, address, authenticator, body);
      const proof = await prove(authenticator, unproven, body, rest());
      const message = { ...unproven, headers: [...unproven.headers, ...proof] };
      return functionsOwn(await server.send(message, rest()), request.method, host, rest());
    },
    close: () => server.close(),
  };
}

/** The body where it has to be whole before it is sent, else null. */
async function bodyFor(
  { body, headers }: GatewayRequest,
  { coversBody }: Authenticator,
): Promise<Buffer | null> {
  if (coversBody) {
    const whole = await read(body, SIGNED_BYTES);
    if (whole !== null) return whole;
    throw new UpstreamError(
      "too-large",
      `the body is larger than ${SIGNED_BYTES} bytes and cannot be signed`,
    );
  }
  // Whoever asked to wait for the server's word does not want the body read before that.
  const short =
    body.length !== null && body.length <= KEPT_BYTES && firstValue(headers, "expect") === undefined;
  if (short) await read(body, KEPT_BYTES);
  return null;
}

function read(body: RequestBody, maxBytes: number): Promise<Buffer | null> {
  return body.whole(maxBytes).catch((error: unknown) => {
    const kind = error instanceof SlowClient ? "client-slow" : "client-gone";
    throw new UpstreamError(kind, "the request's body did not come whole", { cause: error });
  });
}

async function prove(
  authenticator: Authenticator,
  { method, target, headers }: GatewayRequest,
  body: Buffer | null,
  { timeoutMs, signal }: Attempt,
) {
  try {
    const unproven = { method, target, headers, body: body ?? Buffer.alloc(0) };
    return await within(timeoutMs, signal, () => authenticator.authenticate(unproven));
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== "timeout") throw error;
    const told = "no proof of identity in time: nothing was sent";
    throw new UpstreamError("timeout", told, { phase: "not-started", cause: error });
  }
}

/** The answer, when it is the function's own; throws the failure that it stands for when the host made it. */
async function functionsOwn(
  answer: UpstreamResponse,
  method: string,
  host: FunctionHost,
  { timeoutMs, signal }: Attempt,
): Promise<UpstreamResponse> {
  const short = method !== "HEAD" && isShort(answer) && bodyWouldTell(answer, host);
  try {
    const body = short ? await within(timeoutMs, signal, () => whole(answer)) : null;
    const text = method === "HEAD" ? null : (body ?? "").toString("latin1");
    const failure = platformFailure(answer, text, host);
    if (failure !== undefined) throw failure;
    return body === null ? answer : { ...answer, body };
  } catch (error) {
    if (!Buffer.isBuffer(answer.body)) answer.body.on("error", () => undefined).destroy();
    throw error;
  }
}

function isShort({ headers }: UpstreamResponse): boolean {
  const length = Number(firstValue(headers, "content-length") ?? Number.NaN);
  const coding = firstValue(headers, "content-encoding") ?? "identity";
  return length <= OWN_ANSWER_BYTES && coding.toLowerCase() === "identity";
}

async function whole({ body }: UpstreamResponse): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  try {
    return await buffer(body);
  } catch (error) {
    throw new UpstreamError("reset", "the answer broke off", { cause: error });
  }
}
