import { z } from "zod";
import { ARCHITECTURES, PAYLOADS, type Payload } from "../routes/function-target.ts";
import { duration, httpUrl } from "./fields.ts";

const FUNCTION_NAME =
  /^(?:[A-Za-z0-9_-]{1,64}|arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64})$/;

const texts = z.record(z.string().min(1).max(64), z.string().max(2048));

/** What says where a message ends and where it goes (RFC 9112 §6, RFC 9110 §7.6.1). */
const FRAMING: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** RFC 9110 §5.6.2 and §5.5: what is one name, and what stays one value. */
const fieldName = z
  .string()
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, { error: "this is no header name" })
  .refine((name) => !FRAMING.has(name.toLowerCase()), {
    error: "this field belongs to the connection, and is the gateway's own business",
  })
  .meta({ examples: ["x-powered-by"] });
const fieldValue = z
  .string()
  .regex(/^[\t\x20-\x7e]*$/, { error: "a header value is printable ASCII" })
  .meta({ examples: ["no-store"] });

const authorizer = z
  .strictObject({
    context: texts
      .prefault({})
      .meta({ description: "The same for every request.", examples: [{ tenant: "shop" }] }),
    claimsFrom: z
      .string()
      .regex(/^header:[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, { error: "this is no source of claims" })
      .optional()
      .meta({
        description: "Field in which a trusted proxy hands over claims it has verified: a JWT, or JSON.",
        examples: ["header:x-amzn-oidc-data"],
      }),
  })
  .meta({
    description: "What the function finds in requestContext.authorizer.",
    examples: [{ context: { tenant: "shop" } }],
  });

const keepWarm = z
  .strictObject({
    concurrency: z
      .int()
      .min(1)
      .max(100)
      .prefault(1)
      .meta({
        description: "How many environments.",
        examples: [2],
      }),
    every: duration.prefault("5m").describe("How often they are called."),
  })
  .meta({ description: "Calls that keep environments warm.", examples: [{ concurrency: 2, every: "5m" }] });

const lambdaTarget = z
  .strictObject({
    lambda: z
      .string()
      .regex(FUNCTION_NAME, { error: "this is no function name, and no ARN that ends with one" })
      .meta({
        description: "Function name, or its ARN without a qualifier.",
        examples: ["get-order", "arn:aws:lambda:eu-central-1:123456789012:function:get-order"],
      }),
    qualifier: z
      .string()
      .regex(/^(?:\$LATEST|[A-Za-z0-9_-]{1,128})$/, { error: "this is no alias and no version" })
      .prefault("live")
      .meta({ description: "Alias or version to invoke.", examples: ["live", "42"] }),
    payload: z
      // Unquoted, YAML reads numbers.
      .union([z.enum(PAYLOADS), z.literal([1, 2])])
      .prefault("2.0")
      .transform((payload): Payload => (payload === 1 ? "1.0" : payload === 2 ? "2.0" : payload))
      .describe("Whose events it was written for: Function URLs and HTTP APIs, REST APIs, load balancers."),
    pathEncoding: z
      .enum(["raw", "decoded"])
      .prefault("raw")
      .describe("Paths as the client wrote them, like Function URLs; or decoded, like HTTP APIs."),
    stream: z
      .boolean()
      .prefault(false)
      .meta({
        description: "True when the answer is forwarded as it comes.",
        examples: [true, false],
      }),
    routeKey: z
      .string()
      .regex(/^(?:\$default|[A-Z]+ \/\S*)$/, { error: "this is no route key" })
      .optional()
      .meta({
        description: "For handlers that switch on it; $default unless set.",
        examples: ["GET /orders/{id}"],
      }),
    stageVariables: texts
      .prefault({})
      .meta({ description: "What the function finds in stageVariables.", examples: [{ table: "orders" }] }),
    authorizer: authorizer.optional(),
    binaryTypes: z
      .array(z.string().regex(/^[^\s/]+\/[^\s/;]+$/, { error: "this is no content type" }))
      .prefault([])
      .meta({
        description: "With payload 1.0: content types whose bodies come as base64.",
        examples: [["image/*", "application/octet-stream"]],
      }),
    architecture: z.enum(ARCHITECTURES).prefault("x86_64").describe("For prices."),
    keepWarm: keepWarm.optional(),
  })
  .transform(({ lambda, qualifier, stream, architecture, keepWarm: warm, ...events }) => ({
    kind: "lambda" as const,
    name: lambda,
    qualifier,
    stream,
    architecture,
    keepWarm: warm === undefined ? null : { concurrency: warm.concurrency, everyMs: warm.every },
    events: {
      payload: events.payload,
      pathEncoding: events.pathEncoding,
      routeKey: events.routeKey === "$default" ? null : (events.routeKey ?? null),
      stageVariables: events.stageVariables,
      binaryTypes: events.binaryTypes.map((type) => type.toLowerCase()),
      authorizer:
        events.authorizer === undefined
          ? null
          : {
              context: events.authorizer.context,
              claimsHeader: events.authorizer.claimsFrom?.slice("header:".length).toLowerCase() ?? null,
            },
    },
  }));

const auth = z
  .union([
    z
      .strictObject({
        aws: z.strictObject({
          service: z
            .string()
            .regex(/^[a-z0-9-]+$/, { error: "this is no service" })
            .prefault("lambda")
            .meta({ description: "Service to sign for.", examples: ["lambda"] }),
          region: z
            .string()
            .regex(/^[a-z0-9-]+$/, { error: "this is no region" })
            .meta({ description: "Region to sign for.", examples: ["eu-central-1"] }),
        }),
      })
      .transform(({ aws }) => ({ kind: "aws" as const, ...aws })),
    z
      .strictObject({
        google: z.strictObject({
          audience: httpUrl.meta({
            description: "URL of the service, as it was deployed.",
            examples: ["https://orders-abc.a.run.app"],
          }),
        }),
      })
      .transform(({ google }) => ({ kind: "google" as const, ...google })),
    z
      .strictObject({
        headers: z.record(fieldName, fieldValue).meta({
          description: "Fields that are added to every request.",
          examples: [{ "x-functions-key": "${FUNCTIONS_KEY:?}" }],
        }),
      })
      .transform(({ headers }) => ({ kind: "headers" as const, headers: Object.entries(headers).flat() })),
  ])
  .meta({
    description: "How the gateway shows the function's host who it is.",
    examples: [{ aws: { region: "eu-central-1" } }],
  });

const webTarget = z
  .strictObject({
    url: httpUrl
      .refine((text) => !URL.canParse(text) || isPlain(new URL(text)), {
        error: "a function's URL has no query and no credentials",
      })
      .meta({
        description: "Where the function answers HTTP; a path is put before the request's.",
        examples: ["https://abc123.lambda-url.eu-central-1.on.aws"],
      }),
    auth: auth.optional(),
    preserveHost: z
      .boolean()
      .prefault(false)
      .meta({
        description: "True when the function sees the Host that the client addressed.",
        examples: [true, false],
      }),
    connections: z
      .int()
      .min(1)
      .max(65_535)
      .prefault(256)
      .meta({ description: "Sockets to the function, at most.", examples: [256] }),
  })
  .transform(({ url, auth: chosen, ...rest }) => ({
    kind: "web" as const,
    url: url.replace(/\/+$/, ""),
    auth: chosen ?? { kind: "none" as const },
    ...rest,
  }));

function isPlain({ search, hash, username, password }: URL): boolean {
  return search === "" && hash === "" && username === "" && password === "";
}

/** The function that takes a route over: one of AWS Lambda, or one that speaks HTTP itself. */
export const functionTarget = z.union([lambdaTarget, webTarget]).meta({
  description: "The function that takes the route over.",
  examples: [
    { lambda: "get-order", qualifier: "live" },
    { url: "https://abc123.lambda-url.eu-central-1.on.aws" },
  ],
});

/** One change to the header of a function's answers. */
export const headerRule = z
  .union([
    z
      .strictObject({ remove: fieldName })
      .transform(({ remove }) => ({ kind: "remove" as const, name: remove.toLowerCase() })),
    z
      .strictObject({ set: fieldName, to: fieldValue })
      .transform(({ set, to }) => ({ kind: "set" as const, name: set.toLowerCase(), value: to })),
    z
      .strictObject({ replace: fieldName, from: fieldValue, to: fieldValue })
      .transform(({ replace, ...change }) => ({
        kind: "replace" as const,
        name: replace.toLowerCase(),
        ...change,
      })),
  ])
  .meta({ examples: [{ remove: "x-powered-by" }, { set: "cache-control", to: "no-store" }] });
