import { PAYLOADS, type Payload } from "../../gateway/routes/function-target.ts";
import type { Known, Where } from "./known.ts";

const ALB = ["alb", "alb-multi-value"] as const;
const V2 = ["2.0"] as const;

function at(formats: readonly Payload[], requests: readonly string[], differs: readonly string[]): Where {
  return { formats, requests, differs };
}

/** The requests whose answers have a field with several values. */
function lists(formats: readonly Payload[]): Where[] {
  return [
    at(formats, ["GET /headers"], ["header link"]),
    at(formats, ["GET /errors/401"], ["header www-authenticate"]),
  ];
}

/** What an event or an answer says and the adapter loses, changes or makes up. */
export const ADAPTER_FAULTS: readonly Known[] = [
  {
    why: "A request without a body has the content-length 0, which is a number.",
    adapters: ["serverless-http"],
    where: [at(V2, ["the connection", "no User-Agent"], ["body.length"])],
  },
  {
    why: "req.rawHeaders is empty.",
    adapters: ["serverless-http"],
    where: [at(V2, ["the connection"], ["body.rawHeaders"])],
  },
  {
    why: "A field with several values is answered twice: by itself and, joined, once more.",
    adapters: ["serverless-http"],
    where: lists(["1.0", "alb-multi-value"]),
  },
  {
    why: "Only the last value of a field is read, though multiValueHeaders has all.",
    adapters: ["serverless-http"],
    where: [at(["1.0"], ["a field twice"], ["body.headers.x-tag"])],
  },
  {
    why: "Where one of several Set-Cookie fields could be answered, none is.",
    adapters: ["serverless-http"],
    where: [at(["alb"], ["GET /cookies"], ["set-cookie"])],
  },
  {
    why: 'res.end(text, "latin1") sends UTF-8.',
    adapters: ["serverless-http", "codegenie"],
    where: [at(V2, ["GET /latin1-text"], ["body"])],
  },
  {
    why: "The query is decoded and written anew, though it came as it was written.",
    adapters: ["serverless-http", "codegenie"],
    where: [at(ALB, ["GET /echo?a=%2B+x"], ["body.url"])],
  },
  {
    why: "req.rawHeaders has lower-case names, each once.",
    adapters: ["codegenie", "fastify"],
    where: [at(V2, ["the connection"], ["body.rawHeaders"])],
  },
  {
    why: "Several values of a field are joined by `,`, those of requests and those of answers.",
    adapters: ["codegenie"],
    where: [at(["1.0", "alb-multi-value"], ["a field twice"], ["body.headers.x-tag"]), ...lists(V2)],
  },
  {
    why: "Of several values of an answer's field the first is kept.",
    adapters: ["codegenie"],
    where: lists(["alb"]),
  },
  {
    why: "Several values of an answer's field are joined by `,`.",
    adapters: ["fastify"],
    where: lists(PAYLOADS),
  },
  {
    why: "The URL is written anew from decoded parameters: rawQueryString is not read.",
    adapters: ["fastify"],
    where: [
      at(
        V2,
        [
          "GET /echo/{id}",
          "GET /echo?flag",
          "GET /echo?flag&empty=",
          "GET /echo?f[a]=1&f[b]=2&l[]=1&l[]=2",
          "GET /echo?a=b=c",
          "GET /echo?q=a?b/c",
          "GET /echo?q=%zz",
          "GET /echo?&a=1&&b=2&",
          "GET /echo?q='x'",
          "GET /echo?q=a;b",
          "GET /echo?q=a%20b+c",
        ],
        ["body.url"],
      ),
    ],
  },
  {
    why: "So a comma in a value makes two values.",
    adapters: ["fastify"],
    where: [at(V2, ["GET /echo?a=1,2", "GET /echo?a=1,2&a=3"], ["body.query.a", "body.url"])],
  },
  {
    why: "A parameter called __proto__ is lost.",
    adapters: ["fastify"],
    where: [at(V2, ["GET /echo?__proto__=x&constructor=y"], ["body.query.__proto__", "body.url"])],
  },
  {
    why: "Cookies are joined by `;`, without the space of RFC 6265 §4.2.1.",
    adapters: ["fastify"],
    where: [at(V2, ["two cookies", "two Cookie fields", "odd cookies"], ["body.headers.cookie"])],
  },
  {
    why: "Clients without a User-Agent are given one, lightMyRequest.",
    adapters: ["fastify"],
    where: [at(V2, ["no User-Agent"], ["body.userAgent"])],
  },
  {
    why: "`+` in a query is no space any more.",
    adapters: ["fastify"],
    where: [at(ALB, ["GET /echo?a=%2B+x"], ["body.query.a", "body.url"])],
  },
  {
    why: "Values beyond ASCII are percent-encoded.",
    adapters: ["hono"],
    where: [at(V2, ["a value in UTF-8", "a value in latin1"], ["body.headers.x-name"])],
  },
  {
    why: "Fields with an empty value are dropped.",
    adapters: ["hono"],
    where: [at(V2, ["an empty value"], ["body.headers.x-empty"])],
  },
  {
    why: "The URL begins with https: whatever X-Forwarded-Proto says.",
    adapters: ["hono"],
    where: [at(V2, ["the connection", "no User-Agent"], ["body.protocol"])],
  },
  {
    why: "A GET with a body is answered 400: a Request with GET takes none.",
    adapters: ["hono"],
    where: [at(V2, ["GET with a body"], ["status"])],
  },
  {
    why: "Several values of a field are joined by `; `.",
    adapters: ["hono"],
    where: [at(["alb-multi-value"], ["a field twice"], ["body.headers.x-tag"])],
  },
  {
    why: "The function fails: a value beyond latin1 is no ByteString, and a Request with GET takes no body.",
    adapters: ["powertools"],
    where: [at(V2, ["a value in UTF-8", "GET with a body"], ["status"])],
  },
  {
    why: "Methods other than seven are answered 405.",
    adapters: ["powertools"],
    where: [at(V2, ["PROPFIND /echo"], ["status"])],
  },
  {
    why: "Bodies in base64 are decoded as UTF-8: what is none is damaged.",
    adapters: ["powertools"],
    where: [
      at(PAYLOADS, ["gzip", "bytes"], ["body.body.bytes", "body.body.length"]),
      at(V2, ["text in latin1", "a large picture"], ["body.body.bytes", "body.body.length"]),
      at(PAYLOADS, ["multipart"], ["body"]),
      at(V2, ["chunked multipart"], ["body"]),
    ],
  },
  {
    why: "A body without a content type is given one, text/plain; with load balancers, an empty one too.",
    adapters: ["powertools"],
    where: [
      at(V2, ["an untyped body"], ["body.headers.content-type"]),
      at(ALB, ["an empty body"], ["body.headers.content-type"]),
    ],
  },
  {
    why: "An answer without a content type is given one, text/plain.",
    adapters: ["powertools"],
    where: [
      at(PAYLOADS, ["GET /nothing", "not modified"], ["header content-type"]),
      at(V2, ["HEAD /nothing", "HEAD not modified", "bytes that are not there"], ["header content-type"]),
    ],
  },
  {
    why: "A Set-Cookie is cut at its comma: Expires makes two of it.",
    adapters: ["powertools"],
    where: [at(PAYLOADS, ["GET /cookie"], ["set-cookie"])],
  },
  {
    why: "Of several Set-Cookie fields of a Response the last is kept.",
    adapters: ["powertools"],
    where: [at(PAYLOADS, ["GET /cookies"], ["set-cookie"]), at(V2, ["GET /head-first"], ["set-cookie"])],
  },
  {
    why: "The last of several values of a field comes first.",
    adapters: ["powertools"],
    where: [at(["1.0"], ["a field twice"], ["body.headers.x-tag"])],
  },
  {
    why: "The query of a load balancer is taken for decoded, and encoded once more.",
    adapters: ["powertools"],
    where: [
      at(
        ALB,
        ["GET /echo?a=%2B+x", "GET /echo?q=%F0%9F%8D%8C", "GET /echo?q=100%25", "GET /echo?q=a%26b%3Dc"],
        ["body.query", "body.url"],
      ),
    ],
  },
];
