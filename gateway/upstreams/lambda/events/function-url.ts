import { authorizedBy } from "./authorizer.ts";
import { bodyByType } from "./body.ts";
import { addText, eachField, noTexts, queryTexts, userAgentOf } from "./fields.ts";
import { ACCOUNT, API, STAGE, commonLogTime, domainOf, pathOf, type EventSource } from "./source.ts";
import { utf8 } from "./wire-text.ts";

type Texts = Readonly<Record<string, string>>;

/** The event of payload format 2.0 (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html). */
export interface FunctionUrlEvent {
  readonly version: "2.0";
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies: readonly string[] | undefined;
  readonly headers: Texts;
  readonly queryStringParameters: Texts | undefined;
  readonly pathParameters: Texts | undefined;
  readonly stageVariables: Texts | undefined;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly authorizer:
      | {
          readonly jwt?: { readonly claims: Texts; readonly scopes: readonly string[] };
          readonly lambda: Texts | undefined;
        }
      | undefined;
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
  readonly body: string | undefined;
  readonly isBase64Encoded: boolean;
}

/**
 * The event for a request, as a Function URL would send it: path and query byte for byte as the client wrote them, keys
 * without a value left out (by JSON: undefined) and never null, because middleware in the wild throws on null.
 */
export function functionUrlEvent(source: EventSource): FunctionUrlEvent {
  const { request, params, settings } = source;
  const headers = noTexts();
  let cookies: string[] | undefined;
  eachField(request, (name, value) => {
    if (name === "cookie") cookies = [...(cookies ?? []), ...cookiesIn(value)];
    else addText(headers, name, value);
  });
  const { text, isBase64Encoded } = bodyByType(request.headers, source.body);
  const routeKey = settings.routeKey ?? "$default";
  const path = pathOf(source);
  const { domainName, domainPrefix } = domainOf(request);
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: utf8(request.target.query ?? ""),
    cookies: cookies?.length === 0 ? undefined : cookies,
    headers,
    queryStringParameters: queryTexts(request.target.query),
    pathParameters: ifAny(params),
    stageVariables: ifAny(settings.stageVariables),
    requestContext: {
      accountId: ACCOUNT,
      apiId: API,
      authorizer: authorizer(source),
      domainName,
      domainPrefix,
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
    body: text === "" ? undefined : text,
    isBase64Encoded,
  };
}

function ifAny(values: Texts): Texts | undefined {
  return Object.keys(values).length > 0 ? values : undefined;
}

/** Each pair by itself: `a=1; b=2` are two. */
function cookiesIn(value: string): string[] {
  return value
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
}

function authorizer({ request, settings }: EventSource): FunctionUrlEvent["requestContext"]["authorizer"] {
  if (settings.authorizer === null) return undefined;
  const { context, claims } = authorizedBy(settings.authorizer, request);
  const lambda = ifAny(context);
  if (claims === null) return lambda && { lambda };
  return { jwt: { claims, scopes: claims["scope"]?.split(" ") ?? [] }, lambda };
}
