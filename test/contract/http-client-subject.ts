import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach } from "vitest";
import { RequestBody } from "../../gateway/http/body.ts";
import type { HttpUpstream, HttpUpstreamSettings } from "../../gateway/upstreams/http-upstream.ts";
import { UpstreamError, type FailureKind, type UpstreamResponse } from "../../gateway/upstreams/upstream.ts";
import { rawServer, type RawServer } from "../support/raw-server.ts";
import { aRequest } from "../support/requests.ts";

export type MakeClient = (settings: HttpUpstreamSettings) => HttpUpstream;

/** The client under test and the servers that it talks to; all of them are ended after each test. */
export function clientSubject(make: MakeClient) {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  return {
    cleanups,
    monolith: async (...script: Parameters<typeof rawServer>): Promise<RawServer> => {
      const server = await rawServer(...script);
      cleanups.push(() => server.close());
      return server;
    },
    upstreamTo: (url: string, connections = 8) => {
      const upstream = make({ name: "legacy", url, connections });
      cleanups.push(() => upstream.close());
      return upstream;
    },
  };
}

export const attempt = (timeoutMs = 5_000) => ({ timeoutMs, signal: new AbortController().signal });

export async function failureOf(answer: Promise<UpstreamResponse>): Promise<[FailureKind, string]> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof UpstreamError) return [error.kind, error.phase];
    throw error;
  }
  throw new Error("it answered");
}

export async function bodyOf(answer: UpstreamResponse): Promise<string> {
  return Buffer.isBuffer(answer.body) ? String(answer.body) : String(await buffer(answer.body));
}

export const aWrite = (body = "abc") => {
  const stream = Readable.from([Buffer.from(body)]);
  const headers = ["Host", "a", "Content-Length", String(body.length)];
  return aRequest({ method: "POST", headers, body: RequestBody.from({ stream, length: body.length }) });
};
