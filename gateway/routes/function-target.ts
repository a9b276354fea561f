import type { HeaderList } from "../http/headers.ts";

/** Where a route's function runs, and how it is spoken to. */
export type FunctionTarget = LambdaTarget | WebTarget;

/** Whose events a function was written for. */
export const PAYLOADS = ["2.0", "1.0", "alb", "alb-multi-value"] as const;
export type Payload = (typeof PAYLOADS)[number];

/** An AWS Lambda function, called through Lambda's Invoke API. */
export interface LambdaTarget {
  readonly kind: "lambda";
  /** Function name or ARN. */
  readonly name: string;
  /** Alias or version; functions are always invoked by one, so that a deployment is a choice. */
  readonly qualifier: string;
  readonly events: EventSettings;
  /** True when its answer is forwarded as it comes (InvokeWithResponseStream). */
  readonly stream: boolean;
  /** For prices. */
  readonly architecture: Architecture;
  /** Null: nobody keeps it warm. */
  readonly keepWarm: KeepWarm | null;
}

/** What the events of a function look like. */
export interface EventSettings {
  readonly payload: Payload;
  /** `raw`: as the client wrote it, like a Function URL. `decoded`: percent-decoded, like an HTTP API. */
  readonly pathEncoding: "raw" | "decoded";
  /** As in `GET /orders/{id}`; null for `$default`. Handlers written for HTTP APIs may switch on it. */
  readonly routeKey: string | null;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly authorizer: Authorizer | null;
  /** With payload 1.0: content types (`image/*`) whose bodies come as base64, like `binaryMediaTypes` of a REST API. */
  readonly binaryTypes: readonly string[];
}

/** What an authorizer in front of the function would have told it. */
export interface Authorizer {
  /** The same for every request. */
  readonly context: Readonly<Record<string, string>>;
  /** Field in which a trusted proxy hands over verified claims, lower-case; null when there is none. */
  readonly claimsHeader: string | null;
}

export const ARCHITECTURES = ["x86_64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Calls that keep execution environments from being taken down. */
export interface KeepWarm {
  /** How many environments. */
  readonly concurrency: number;
  readonly everyMs: number;
}

/** A function that speaks HTTP itself, wherever it runs. */
export interface WebTarget {
  readonly kind: "web";
  /** Origin and path prefix, without a trailing slash. */
  readonly url: string;
  readonly auth: WebAuth;
  /** True when the function sees the Host that the client addressed; otherwise its own, and the client's in X-Forwarded-Host. */
  readonly preserveHost: boolean;
  /** Sockets at most. */
  readonly connections: number;
}

/** How the gateway shows its host who it is. */
export type WebAuth =
  | { readonly kind: "none" }
  /** Signature Version 4, as Lambda Function URLs with AWS_IAM want it. */
  | { readonly kind: "aws"; readonly service: string; readonly region: string }
  /** An ID token, as private Cloud Run services and Cloud Functions want it. */
  | { readonly kind: "google"; readonly audience: string }
  /** Fields that are added to every request: keys, tokens, Basic credentials. They replace the client's. */
  | { readonly kind: "headers"; readonly headers: HeaderList };

/** One change to the header of a function's answer; in the order they are written. Names are lower-case. */
export type HeaderRule =
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "set"; readonly name: string; readonly value: string }
  /** Where the value begins with `from`, `to` takes its place. */
  | { readonly kind: "replace"; readonly name: string; readonly from: string; readonly to: string };

/** A target as people name it: `get-order:live`, or the URL. */
export function functionText(target: FunctionTarget): string {
  return target.kind === "lambda" ? `${target.name}:${target.qualifier}` : target.url;
}
