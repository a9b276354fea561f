import type { Readable } from "node:stream";
import { systemClock, type Clock } from "../../clock.ts";
import { RequestBody } from "../../http/body.ts";
import { firstValue } from "../../http/headers.ts";
import { leanUpstream, type LeanUpstream } from "../http1/lean-upstream.ts";
import { escaped, sigV4Signer, type SigV4Signer } from "../sigv4.ts";
import { UpstreamError, type UpstreamResponse } from "../upstream.ts";
import { awsAccess, type AwsAccess } from "./aws-access.ts";
import { invokeFailure } from "./invoke-errors.ts";
import { brokenOff, givenUp, type AwsSettings, type Call, type Invoker } from "./invoker.ts";
import { refusal } from "./refusal.ts";
import { chunksOf } from "./streamed-chunks.ts";

/** Enough sockets for any burst; Lambda's own concurrency is the limit that should be felt. */
const SOCKETS = 1_024;
/** From the first packet to the end of the TLS handshake. */
const CONNECT_MS = 2_000;
/** Handshakes are dear, and who closes first is the service, as with the SDK. */
const IDLE_MS = 60_000;

/** Where calls go, once that is known. */
interface Way {
  readonly access: AwsAccess;
  readonly host: string;
  readonly sign: SigV4Signer;
  readonly upstream: LeanUpstream;
}

/**
 * Calls functions over our own HTTP/1.1 client, with signatures of our own: an eighth of what the SDK's client takes of a
 * CPU (docs/performance.md). Where to and who asks is still the SDK's word (`aws-access.ts`), and failures are sorted by
 * the same table.
 */
export function leanInvoker(settings: AwsSettings, clock: Clock = systemClock): Invoker {
  let way: Promise<Way> | undefined;
  let closed = false;
  /** Milliseconds that the service's clock is ahead of ours; told when it refuses a call, and used from the next one on. */
  let offsetMs = 0;

  const findWay = async (): Promise<Way> => {
    const access = await awsAccess(settings);
    const { host } = new URL(access.origin);
    const pool = { name: "lambda", url: access.origin, connections: SOCKETS };
    const upstream = leanUpstream({ ...pool, connectMs: CONNECT_MS, idleMs: IDLE_MS }, clock);
    if (closed) upstream.close();
    return { access, host, sign: sigV4Signer(access.region, "lambda"), upstream };
  };
  const ready = async () => {
    way ??= findWay();
    try {
      const found = await way.catch((error: unknown) => {
        // Another time there may be one.
        way = undefined;
        throw error;
      });
      return { ...found, credentials: await found.access.credentials() };
    } catch (error) {
      throw unsigned(error);
    }
  };

  /** The answer to one call, with its head; its body may still be on its way. */
  const send = async (call: Call, path: string, signal: AbortSignal): Promise<UpstreamResponse> => {
    const { access, host, sign, upstream, credentials } = await ready();
    const raw = `${access.basePath}${path}`;
    const headers: [string, string][] = [
      ["content-type", "application/octet-stream"],
      ["host", host],
    ];
    if (call.logTail === true) headers.push(["x-amz-log-type", "Tail"]);
    const signed = sign(
      { method: "POST", path: raw, query: [["Qualifier", call.qualifier]], headers, body: call.payload },
      credentials,
      clock.now() + offsetMs,
    );
    const message = {
      method: "POST",
      target: { raw: `${raw}?Qualifier=${escaped(call.qualifier)}` },
      host,
      headers: [...headers.flat(), "user-agent", "banyan", ...signed.headers],
      body: RequestBody.of(call.payload),
    };
    try {
      return await upstream.send(message, { timeoutMs: Number.POSITIVE_INFINITY, signal });
    } catch (error) {
      throw unanswered(error);
    }
  };

  const answered = async (call: Call, path: string, signal: AbortSignal): Promise<UpstreamResponse> => {
    try {
      const answer = await send(call, path, signal);
      if (answer.status < 300) return answer;
      const { status, headers, body } = answer;
      if (status === 400 || status === 403) offsetMs = offsetBy(headers, clock) ?? offsetMs;
      throw refusal(status, headers, await whole(body).catch(() => Buffer.alloc(0)));
    } catch (error) {
      throw signal.aborted ? givenUp(error) : error;
    }
  };

  return {
    async invoke(call, signal) {
      const answer = await answered(
        call,
        `/2015-03-31/functions/${escaped(call.functionName)}/invocations`,
        signal,
      );
      const { headers, body } = answer;
      const logResult = firstValue(headers, "x-amz-log-result");
      const payload = await whole(body).catch((error: unknown) => {
        throw signal.aborted ? givenUp(error) : brokenOff(String(error), error);
      });
      return {
        functionError: firstValue(headers, "x-amz-function-error"),
        executedVersion: firstValue(headers, "x-amz-executed-version"),
        payload,
        ...(logResult !== undefined && { logResult }),
      };
    },
    async invokeStreamed(call, signal) {
      const { headers, body } = await answered(
        call,
        `/2021-11-15/functions/${escaped(call.functionName)}/response-streaming-invocations`,
        signal,
      );
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

async function whole(body: Buffer | Readable): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
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
