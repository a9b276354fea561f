import { buffer } from "node:stream/consumers";
import { systemClock, type Clock } from "../../clock.ts";
import { RequestBody } from "../../http/body.ts";
import { firstValue } from "../../http/headers.ts";
import { leanUpstream, type LeanUpstream } from "../http1/lean-upstream.ts";
import { sigV4Signer, type AwsCredentials, type SigV4Signer } from "../sigv4.ts";
import { UpstreamError, type UpstreamResponse } from "../upstream.ts";
import { within } from "../within.ts";
import { awsAccess, type AwsAccess } from "./aws-access.ts";
import { doorsTo, INVOKE, INVOKE_STREAMED, type Operation } from "./door.ts";
import { invokeFailure } from "./invoke-errors.ts";
import {
  brokenOff,
  givenUp,
  type AwsSettings,
  type Call,
  type CallLimits,
  type Invocation,
  type Invoker,
} from "./invoker.ts";
import { refusal } from "./refusal.ts";
import { chunksOf } from "./streamed-chunks.ts";

/** Enough sockets for any burst; Lambda's own concurrency is the limit that should be felt. */
const SOCKETS = 1_024;
/** From the first packet to the end of the TLS handshake. */
const CONNECT_MS = 2_000;
/** Handshakes are dear, and who closes first is the service, as with the SDK. */
const IDLE_MS = 60_000;

/**
 * How long it is remembered who calls. The SDK keeps that itself and renews it minutes before it runs out, but each question
 * takes it several promises, and us a timer, as its answer may never come.
 */
const KNOWN_MS = 100;

/**
 * Our client looks at the time of its requests itself, without a timer for each. Larger ones it gives the time that it gives
 * to clients that upload, which a function's deadline does not have.
 */
const AT_ONCE_BYTES = 64 * 1024;

/** Where calls go, once that is known. */
interface Way {
  readonly access: AwsAccess;
  readonly host: string;
  readonly doorOf: ReturnType<typeof doorsTo>;
  readonly sign: SigV4Signer;
  readonly upstream: LeanUpstream;
}

/** A way, and who takes it. */
interface Caller {
  readonly way: Way;
  readonly credentials: AwsCredentials;
  /** Monotonic milliseconds. */
  readonly knownUntilMs: number;
}

/**
 * Calls functions over our own HTTP/1.1 client, with signatures of our own: a fourteenth of what the SDK's client takes of a
 * CPU (docs/performance.md). Where to and who asks is still the SDK's word (`aws-access.ts`), and failures are sorted by
 * the same table.
 */
export function leanInvoker(settings: AwsSettings, clock: Clock = systemClock): Invoker {
  let way: Promise<Way> | undefined;
  let caller: Caller | undefined;
  let closed = false;
  /** Milliseconds that the service's clock is ahead of ours; told when it refuses a call, and used from the next one on. */
  let offsetMs = 0;

  const findWay = async (): Promise<Way> => {
    const access = await awsAccess(settings);
    const { host } = new URL(access.origin);
    const pool = { name: "lambda", url: access.origin, connections: SOCKETS };
    const upstream = leanUpstream({ ...pool, connectMs: CONNECT_MS, idleMs: IDLE_MS }, clock);
    if (closed) upstream.close();
    const doorOf = doorsTo(host, access.basePath);
    return { access, host, doorOf, sign: sigV4Signer(access.region, "lambda"), upstream };
  };
  const findCaller = async (): Promise<Caller> => {
    way ??= findWay();
    try {
      const found = await way.catch((error: unknown) => {
        // Another time there may be one.
        way = undefined;
        throw error;
      });
      const credentials = await found.access.credentials();
      return (caller = { way: found, credentials, knownUntilMs: clock.elapsed() + KNOWN_MS });
    } catch (error) {
      throw unsigned(error);
    }
  };

  const send = (
    call: Call,
    operation: Operation,
    by: Caller,
    limits: CallLimits,
  ): Promise<UpstreamResponse> => {
    const { doorOf, host, sign, upstream } = by.way;
    const { target, headers: fields, form } = doorOf(call, operation);
    const { headers: proof } = sign(form, call.payload, by.credentials, clock.now() + offsetMs);
    const headers = [...fields, ...proof];
    return upstream.send(
      { method: "POST", target, host, headers, body: RequestBody.of(call.payload) },
      limits,
    );
  };

  /** The answer to one call, with its head; its body may still be on its way. `lateMs` is monotonic. */
  const answered = async (
    call: Call,
    operation: Operation,
    signal: AbortSignal,
    lateMs: number,
  ): Promise<UpstreamResponse> => {
    try {
      const now = clock.elapsed();
      const by =
        caller !== undefined && now < caller.knownUntilMs
          ? caller
          : await within(lateMs - now, signal, findCaller);
      const answer = await send(call, operation, by, { timeoutMs: lateMs - clock.elapsed(), signal });
      if (answer.status < 300) return answer;
      const { status, headers } = answer;
      if (status === 400 || status === 403) offsetMs = offsetBy(headers, clock) ?? offsetMs;
      throw refusal(status, headers, await bodyOf(answer, signal, lateMs).catch(() => Buffer.alloc(0)));
    } catch (error) {
      throw signal.aborted ? givenUp(error) : unanswered(error);
    }
  };

  /** A body that did not come with its head. */
  const bodyOf = async ({ body }: UpstreamResponse, signal: AbortSignal, lateMs: number): Promise<Buffer> => {
    if (Buffer.isBuffer(body)) return body;
    try {
      return await within(lateMs - clock.elapsed(), signal, () => buffer(body));
    } catch (error) {
      body.destroy();
      throw error;
    }
  };

  const invoked = async (call: Call, { timeoutMs, signal }: CallLimits): Promise<Invocation> => {
    const lateMs = clock.elapsed() + timeoutMs;
    const answer = await answered(call, INVOKE, signal, lateMs);
    const { headers, body } = answer;
    const payload = Buffer.isBuffer(body)
      ? body
      : await bodyOf(answer, signal, lateMs).catch((error: unknown) => {
          throw unfinished(error, signal);
        });
    const logResult = firstValue(headers, "x-amz-log-result");
    return {
      functionError: firstValue(headers, "x-amz-function-error"),
      executedVersion: firstValue(headers, "x-amz-executed-version"),
      payload,
      ...(logResult !== undefined && { logResult }),
    };
  };

  return {
    invoke(call, limits) {
      if (call.payload.length <= AT_ONCE_BYTES) return invoked(call, limits);
      const { timeoutMs, signal } = limits;
      return within(timeoutMs, signal, (control) => invoked(call, { timeoutMs, signal: control.signal }));
    },
    async invokeStreamed(call, signal) {
      const { headers, body } = await answered(call, INVOKE_STREAMED, signal, Number.POSITIVE_INFINITY);
      let logResult: string | undefined;
      const onLog = (log: string | undefined) => void (logResult = log);
      return {
        executedVersion: firstValue(headers, "x-amz-executed-version"),
        chunks: chunksOf(body, onLog, signal),
        logResult: () => logResult,
      };
    },
    close() {
      closed = true;
      void way?.then(({ upstream }) => upstream.close()).catch(() => undefined);
    },
  };
}

/** What an answer that lacks its end says. */
function unfinished(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return givenUp(error);
  const isLate = error instanceof UpstreamError && error.kind === "timeout";
  return isLate ? error : brokenOff(String(error), error);
}

/** Nothing was sent: there is nobody to send it as, or nowhere to send it to. */
function unsigned(error: unknown): UpstreamError {
  const message = error instanceof Error ? error.message : String(error);
  return invokeFailure({ type: "", status: undefined, code: "", sent: false, message }, error);
}

/** What is no HTTP says nothing of the function, which may have run. */
function unanswered(error: unknown): unknown {
  const isNone = error instanceof UpstreamError && error.kind === "bad-answer";
  return isNone ? new UpstreamError("reset", error.message, { cause: error }) : error;
}

/** How far ahead the service's clock is, by an answer that no cache has kept. */
function offsetBy(headers: readonly string[], clock: Clock): number | undefined {
  const theirs = Date.parse(firstValue(headers, "date") ?? "");
  return Number.isNaN(theirs) || firstValue(headers, "age") !== undefined ? undefined : theirs - clock.now();
}
