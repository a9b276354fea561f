import { bodyByType } from "./body.ts";
import { all, asWritten, fieldsOf, last, lowerCase, rawQueryOf, record } from "./fields.ts";
import { pathOf, type EventSource } from "./source.ts";

/** The event of an Application Load Balancer (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer). */
export interface LoadBalancerEvent {
  readonly requestContext: { readonly elb: { readonly targetGroupArn: string } };
  readonly httpMethod: string;
  readonly path: string;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** A target group that is none; adapters look whether there is one. */
const ELB = {
  targetGroupArn:
    "arn:aws:elasticloadbalancing:eu-central-1:000000000000:targetgroup/banyan/0000000000000000",
};

/**
 * The event for a request, as a load balancer would send it: lower-case names, query parameters not decoded, the last of
 * several values, or all of them where multi-value headers are switched on.
 */
export function loadBalancerEvent(source: EventSource): LoadBalancerEvent {
  const { request, settings } = source;
  const fields = fieldsOf(request);
  const query = rawQueryOf(request.target.query);
  const { text, isBase64Encoded } = bodyByType(request.headers, source.body);
  return {
    requestContext: { elb: ELB },
    httpMethod: request.method,
    path: pathOf(source),
    ...(settings.payload === "alb-multi-value"
      ? {
          multiValueQueryStringParameters: record(query, asWritten, all),
          multiValueHeaders: record(fields, lowerCase, all),
        }
      : {
          queryStringParameters: record(query, asWritten, last),
          headers: record(fields, lowerCase, last),
        }),
    body: text,
    isBase64Encoded,
  };
}
