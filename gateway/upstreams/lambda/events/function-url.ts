import { authorizedBy } from "./authorizer.ts";
import { bodyByType } from "./body.ts";
import { fieldsOf, joined, lowerCase, queryOf, record, userAgentOf } from "./fields.ts";
import { ACCOUNT, API, STAGE, commonLogTime, domainOf, pathOf, type EventSource } from "./source.ts";
import { utf8 } from "./wire-text.ts";

/** The event of payload format 2.0 (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html). */
export interface FunctionUrlEvent {
  readonly version: "2.0";
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly authorizer?: {
      readonly jwt?: {
        readonly claims: Readonly<Record<string, string>>;
        readonly scopes: readonly string[];
      };
      readonly lambda?: Readonly<Record<string, string>>;
    };
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: string;
    /** CLF, as in `21/Nov/2026:12:00:00 +0000`. */
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/**
 * The event for a request, as a Function URL would send it: path and query byte for byte as the client wrote them, keys
 * without a value left out and never null, because middleware in the wild throws on null.
 */
export function functionUrlEvent(source: EventSource): FunctionUrlEvent {
  const { request, params, settings } = source;
  const { cookie, ...headers } = record(fieldsOf(request), lowerCase, joined);
  const cookies = cookiesOf(cookie === undefined ? [] : request.headers);
  const parameters = record(queryOf(request.target.query), lowerCase, joined);
  const { text, isBase64Encoded } = bodyByType(request.headers, source.body);
  const routeKey = settings.routeKey ?? "$default";
  const path = pathOf(source);
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: utf8(request.target.query ?? ""),
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(hasAny(parameters) && { queryStringParameters: parameters }),
    ...(hasAny(params) && { pathParameters: { ...params } }),
    ...(hasAny(settings.stageVariables) && { stageVariables: settings.stageVariables }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: API,
      ...authorizer(source),
      ...domainOf(request),
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.client.address,
        userAgent: userAgentOf(request),
      },
      requestId: request.id,
      routeKey,
      stage: STAGE,
      time: commonLogTime(request.receivedAt),
      timeEpoch: request.receivedAt,
    },
    ...(text !== "" && { body: text }),
    isBase64Encoded,
  };
}

/** Whether there is anything to say; a key without it is left out. */
function hasAny(values: Readonly<Record<string, string>>): boolean {
  return Object.keys(values).length > 0;
}

/** Each pair by itself: `a=1; b=2` are two. */
function cookiesOf(headers: readonly string[]): string[] {
  return headers.flatMap((name, i) =>
    i % 2 === 0 && name.toLowerCase() === "cookie"
      ? utf8(headers[i + 1]!)
          .split(";")
          .map((pair) => pair.trim())
          .filter((pair) => pair !== "")
      : [],
  );
}

function authorizer({ request, settings }: EventSource) {
  if (settings.authorizer === null) return {};
  const { context, claims } = authorizedBy(settings.authorizer, request);
  if (claims === null && !hasAny(context)) return {};
  return {
    authorizer: {
      ...(claims !== null && { jwt: { claims, scopes: claims["scope"]?.split(" ") ?? [] } }),
      ...(hasAny(context) && { lambda: context }),
    },
  };
}
