import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { ConfigurationSession } from "./configuration-session.ts";
import { MAX_FLAG_BYTES } from "./document.ts";
import { errorCode } from "./error-code.ts";

/** What an agent says of an error is worth reading, but never all of it. */
const MAX_ERROR_BYTES = 2_000;
const MAX_ERROR_CHARACTERS = 300;

/** Polls an AppConfig Agent, which answers with the whole configuration each time; `configuration` is its address there. */
export function agentSession(configuration: URL, accessToken: string | null): ConfigurationSession {
  const headers = accessToken === null ? {} : { authorization: `Bearer ${accessToken}` };
  let latest: Buffer | null = null;
  return {
    async poll(signal) {
      const answer = await asked(configuration, headers, signal);
      const content = await contentOf(answer, configuration);
      // Given up meanwhile, it was not taken: it must not count as unchanged the next time.
      signal.throwIfAborted();
      const isUnchanged = latest !== null && content.equals(latest);
      latest = content;
      return {
        content: isUnchanged ? null : content,
        contentType: answer.headers["content-type"] ?? "",
        intervalMs: 0,
      };
    },
    close: () => undefined,
  };
}

/** The agent's answer, whatever it is: node:http follows no redirect. */
async function asked(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { get } = url.protocol === "https:" ? https : http;
  // A new connection for each poll: there is none that an agent started anew has forgotten.
  get(url, { headers, signal, agent: false }, resolve).on("error", reject);
  try {
    return await promise;
  } catch (error) {
    // What connects to `localhost` tries several addresses, and its error then has a code but no message.
    const why = error instanceof Error ? error.message || errorCode(error) : String(error);
    throw new Error(`the agent at ${url.origin} does not answer (${why}): see that it is running`, {
      cause: error,
    });
  }
}

async function contentOf(answer: IncomingMessage, { origin }: URL): Promise<Buffer> {
  const { statusCode = 0 } = answer;
  if (statusCode !== 200) {
    const said = inOneLine(await firstBytes(answer, MAX_ERROR_BYTES));
    throw new Error(`the agent at ${origin} answered ${statusCode}${said}: ${adviceOn(statusCode)}`);
  }
  const content = await firstBytes(answer, MAX_FLAG_BYTES + 1);
  if (content.length <= MAX_FLAG_BYTES) return content;
  throw new Error("it is larger than 256 KiB: name the profile that holds the flags");
}

/** The rest is not read; its connection ends. Rejects when the answer breaks off before. */
async function firstBytes(answer: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

function inOneLine(body: Buffer): string {
  const line = body
    .toString("utf8")
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return line === "" ? "" : ` (${line.slice(0, MAX_ERROR_CHARACTERS)})`;
}

/**
 * What to do about a status.
 * Source: https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-integration-lambda-extensions-OpenAPI.html
 */
function adviceOn(status: number): string {
  if (status === 400 || status === 404) {
    return "check the names of application, environment and profile, and that a configuration is deployed";
  }
  if (status === 401 || status === 403) return "configure the ACCESS_TOKEN that the agent has";
  if (status >= 300 && status < 400) return "redirects are not followed: configure the address that it names";
  return "the agent's log says why it cannot read AppConfig";
}
