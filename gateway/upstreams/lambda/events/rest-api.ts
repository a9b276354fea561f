import { authorizedBy } from "./authorizer.ts";
import { bodyByBinaryTypes } from "./body.ts";
import { all, asWritten, fieldsOf, last, queryOf, record, userAgentOf } from "./fields.ts";
import { ACCOUNT, API, STAGE, commonLogTime, domainOf, pathOf, type EventSource } from "./source.ts";

type Texts = Readonly<Record<string, string>>;
type TextLists = Readonly<Record<string, readonly string[]>>;

/**
 * The event of payload format 1.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format).
 */
export interface RestApiEvent {
  readonly version: "1.0";
  readonly resource: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Texts;
  readonly multiValueHeaders: TextLists;
  readonly queryStringParameters: Texts | null;
  readonly multiValueQueryStringParameters: TextLists | null;
  readonly pathParameters: Texts | null;
  readonly stageVariables: Texts | null;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/**
 * The event for a request, as a REST API would send it: names in the client's case, the last of several values, all of
 * them under `multiValue…`. What is not there is null, as there: handlers compare with null.
 */
export function restApiEvent(source: EventSource): RestApiEvent {
  const { request, params, settings } = source;
  const fields = fieldsOf(request);
  const query = queryOf(request.target.query);
  const { text, isBase64Encoded } = bodyByBinaryTypes(request.headers, source.body, settings.binaryTypes);
  const path = pathOf(source);
  const resource = settings.routeKey?.replace(/^\S+ /, "") ?? "/{proxy+}";
  return {
    version: "1.0",
    resource,
    path,
    httpMethod: request.method,
    headers: record(fields, asWritten, last),
    multiValueHeaders: record(fields, asWritten, all),
    queryStringParameters: nullIfEmpty(record(query, asWritten, last)),
    multiValueQueryStringParameters: nullIfEmpty(record(query, asWritten, all)),
    pathParameters: nullIfEmpty({ ...params }),
    stageVariables: nullIfEmpty(settings.stageVariables),
    requestContext: {
      accountId: ACCOUNT,
      apiId: API,
      ...authorizer(source),
      ...domainOf(request),
      extendedRequestId: request.id,
      httpMethod: request.method,
      identity: { ...NOBODY, sourceIp: request.client.address, userAgent: userAgentOf(request) },
      path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: request.id,
      requestTime: commonLogTime(request.receivedAt),
      requestTimeEpoch: request.receivedAt,
      resourceId: "banyan",
      resourcePath: resource,
      stage: STAGE,
    },
    body: text === "" ? null : text,
    isBase64Encoded,
  };
}

/** A client without AWS credentials. */
const NOBODY = {
  accessKey: null,
  accountId: null,
  caller: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};

/** Context fields stand beside `claims`, as a Lambda authorizer's and a Cognito one's do. */
function authorizer({ request, settings }: EventSource) {
  if (settings.authorizer === null) return {};
  const { context, claims } = authorizedBy(settings.authorizer, request);
  const principalId = claims?.["sub"];
  return {
    authorizer: {
      ...(principalId !== undefined && { principalId }),
      ...context,
      ...(claims !== null && { claims }),
    },
  };
}

/** Null where there is nothing to say. */
function nullIfEmpty<T extends object>(values: T): T | null {
  return Object.keys(values).length > 0 ? values : null;
}
