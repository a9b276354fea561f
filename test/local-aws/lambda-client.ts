import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  type InvokeCommandInput,
  type InvokeWithResponseStreamResponseEvent,
} from "@aws-sdk/client-lambda";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { startLocalAws, type LocalAws, type LocalAwsSettings } from "../../local-aws/server.ts";

export const FUNCTIONS = join(import.meta.dirname, "functions");

/** What a buffered call answered. */
export interface Called {
  readonly status: number | undefined;
  readonly version: string | undefined;
  readonly error: string | undefined;
  /** Parsed; undefined when empty. */
  readonly payload: unknown;
  readonly log: string;
}

/** Ends with nothing, not with just anything. */
export type Events = AsyncIterator<InvokeWithResponseStreamResponseEvent, undefined>;

/** The services on a free port, and the SDK talking to them. */
export interface Setup {
  readonly aws: LocalAws;
  readonly client: LambdaClient;
  readonly invoke: (name: string, event?: unknown, more?: Partial<InvokeCommandInput>) => Promise<Called>;
  /** The events of a streaming call, as they come. */
  readonly stream: (name: string, event?: unknown) => Promise<Events>;
  readonly end: () => Promise<void>;
}

export async function setUp(settings: Partial<LocalAwsSettings> = {}): Promise<Setup> {
  const aws = await startLocalAws({ port: 0, functionsDir: FUNCTIONS, quiet: true, ...settings });
  const client = lambdaClient(aws.url);
  return {
    aws,
    client,
    invoke: (name, event, more) => invoke(client, name, event, more),
    stream: async (FunctionName, event = {}) => {
      const Payload = JSON.stringify(event);
      const answer = await client.send(
        new InvokeWithResponseStreamCommand({ FunctionName, Payload, LogType: "Tail" }),
      );
      return answer.EventStream![Symbol.asyncIterator]();
    },
    end: async () => {
      client.destroy();
      await aws.close();
    },
  };
}

export function lambdaClient(endpoint: string): LambdaClient {
  return new LambdaClient({
    endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
}

/** One buffered call; an event of undefined sends no payload. */
export async function invoke(
  client: LambdaClient,
  FunctionName: string,
  event?: unknown,
  more: Partial<InvokeCommandInput> = {},
): Promise<Called> {
  const answer = await client.send(
    new InvokeCommand({
      FunctionName,
      LogType: "Tail",
      ...(event !== undefined && { Payload: JSON.stringify(event) }),
      ...more,
    }),
  );
  const text = answer.Payload?.transformToString() ?? "";
  return {
    status: answer.StatusCode,
    version: answer.ExecutedVersion,
    error: answer.FunctionError,
    payload: text === "" ? undefined : (JSON.parse(text) as unknown),
    log: Buffer.from(answer.LogResult ?? "", "base64").toString(),
  };
}

/** Every text a stream still holds, and how it ended. */
export async function readAll(events: Events) {
  const chunks: Uint8Array[] = [];
  let complete: InvokeWithResponseStreamResponseEvent["InvokeComplete"];
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    chunks.push(next.value.PayloadChunk?.Payload ?? new Uint8Array());
    complete ??= next.value.InvokeComplete;
  }
  return { text: Buffer.concat(chunks).toString(), complete };
}

/** Whether a process is there and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
}

/** The runtime clients that a process, this one unless told, has for children. */
export function childrenRunning(parent: number = process.pid): number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, ...args]) => ppid === String(parent) && args.join(" ").includes("aws-lambda-ric"))
    .map(([pid]) => Number(pid));
}
