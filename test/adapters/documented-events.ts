import type { Payload } from "../../gateway/routes/function-target.ts";
import type { TestRequest } from "./request.ts";

/**
 * The event that AWS documents for a request, made without the gateway's own code, so that what an adapter does with it
 * is the adapter's doing.
 */
export function documentedEvent(request: TestRequest, host: string, format: Payload): object {
  switch (format) {
    case "2.0":
      return functionUrlEvent(request, host);
    case "1.0":
      return restApiEvent(request, host);
    case "alb":
    case "alb-multi-value":
      return loadBalancerEvent(request, host, format === "alb-multi-value");
    default:
      return format satisfies never;
  }
}

const CONTEXT = { accountId: "anonymous", apiId: "api", requestId: "request-1", stage: "$default" };

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
function functionUrlEvent(request: TestRequest, host: string): object {
  const [path, query] = parted(request.target);
  const { cookie, ...headers } = record(fieldsOf(request, host), ([name]) => name.toLowerCase());
  const parameters = record([...new URLSearchParams(query)]);
  const http = { method: request.method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "" };
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    ...(cookie !== undefined && {
      cookies: cookie.flatMap((one) => one.split(";").map((pair) => pair.trim())),
    }),
    headers: valueOfEach(headers, joined),
    ...(query !== "" && { queryStringParameters: valueOfEach(parameters, joined) }),
    requestContext: { ...CONTEXT, domainName: host, http, routeKey: "$default" },
    ...bodyOf(request, isText(request), {}),
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html, with binaryMediaTypes of all. */
function restApiEvent(request: TestRequest, host: string): object {
  const [path, query] = parted(request.target);
  const headers = record(fieldsOf(request, host));
  const parameters = record([...new URLSearchParams(query)]);
  const resource = "/{proxy+}";
  return {
    version: "1.0",
    resource,
    path,
    httpMethod: request.method,
    headers: valueOfEach(headers, last),
    multiValueHeaders: headers,
    queryStringParameters: query === "" ? null : valueOfEach(parameters, last),
    multiValueQueryStringParameters: query === "" ? null : parameters,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      ...CONTEXT,
      domainName: host,
      identity: { sourceIp: "127.0.0.1" },
      path,
      resourcePath: resource,
    },
    ...bodyOf(request, false, { body: null }),
  };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html */
function loadBalancerEvent(request: TestRequest, host: string, multiValue: boolean): object {
  const [path, query] = parted(request.target);
  const headers = record(fieldsOf(request, host), ([name]) => name.toLowerCase());
  const pairs = query === "" ? [] : query.split("&").map((pair) => parted(pair, "="));
  const parameters = record(pairs);
  return {
    requestContext: {
      elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:0:targetgroup/a/b" },
    },
    httpMethod: request.method,
    path,
    ...(multiValue
      ? { multiValueQueryStringParameters: parameters, multiValueHeaders: headers }
      : { queryStringParameters: valueOfEach(parameters, last), headers: valueOfEach(headers, last) }),
    ...bodyOf(request, isText(request), { body: "" }),
  };
}

type Pair = readonly [name: string, value: string];

function fieldsOf({ headers, body, chunked }: TestRequest, host: string): Pair[] {
  const length: Pair[] = body === null || chunked ? [] : [["Content-Length", String(body.length)]];
  const forwarded: Pair[] = [
    ["X-Forwarded-For", "127.0.0.1"],
    ["X-Forwarded-Proto", "http"],
    ["X-Forwarded-Port", "80"],
  ];
  const written: Pair[] = [["Host", host], ...headers, ...length, ...forwarded];
  const names = new Map<string, string>();
  for (const [name] of written) if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  return written.map(([name, value]) => [names.get(name.toLowerCase())!, asText(value)]);
}

/** JSON carries text: bytes of a field are taken for UTF-8 where they are, and for latin1 elsewhere. */
function asText(bytes: string): string {
  const text = Buffer.from(bytes, "latin1").toString("utf8");
  return text.includes("\ufffd") ? bytes : text;
}

/** Text is for few types, and for what is UTF-8 and not compressed. */
function isText({ headers, body }: TestRequest): boolean {
  const find = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const type = find("content-type") ?? "";
  return (
    find("content-encoding") === undefined &&
    /^(text\/|application\/(json|xml|javascript)(;|$))/.test(type) &&
    body?.toString("utf8").includes("\ufffd") !== true
  );
}

function bodyOf({ body }: TestRequest, asIs: boolean, none: object): object {
  if (body === null || body.length === 0) return { ...none, isBase64Encoded: false };
  return { body: body.toString(asIs ? "utf8" : "base64"), isBase64Encoded: !asIs };
}

/** What stands before and behind the first separator. */
function parted(text: string, separator = "?"): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** All values of each name; a name may be `__proto__`. */
function record(pairs: readonly Pair[], nameOf = ([name]: Pair) => name): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of pairs) values.set(nameOf(pair), [...(values.get(nameOf(pair)) ?? []), pair[1]]);
  return Object.fromEntries(values);
}

function valueOfEach(lists: Record<string, string[]>, valueOf: (values: string[]) => string) {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, valueOf(values)]));
}

const joined = (values: string[]) => values.join(",");
const last = (values: string[]) => values.at(-1)!;
