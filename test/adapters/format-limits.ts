import type { Known } from "./known.ts";

const EVERY = ["serverless-http", "codegenie", "fastify", "hono", "powertools"] as const;
const NODE = ["serverless-http", "codegenie", "fastify"] as const;

/** What an event or an answer of a format cannot say, whoever reads or writes it. */
export const FORMAT_LIMITS: readonly Known[] = [
  {
    why: "An answer without a content type is given one where it may have content.",
    adapters: [...NODE, "hono"],
    where: [{ formats: ["2.0"], requests: ["bytes that are not there"], differs: ["header content-type"] }],
  },
  {
    why: "There is no `?` without a query behind it.",
    adapters: NODE,
    where: [{ formats: ["2.0"], requests: ["GET /echo/a?"], differs: ["body.url"] }],
  },
  {
    why: "Fields are text. node:http gives apps the bytes, each as one latin1 character.",
    adapters: NODE,
    where: [{ formats: ["2.0"], requests: ["a value in UTF-8"], differs: ["body.headers.x-name"] }],
  },
  {
    why: "So are cookies.",
    adapters: EVERY,
    where: [{ formats: ["2.0"], requests: ["a cookie in UTF-8"], differs: ["body.headers.cookie"] }],
  },
  {
    why: "Several values of a field are joined by `,`; natively by `, `.",
    adapters: EVERY,
    where: [{ formats: ["2.0"], requests: ["a field twice"], differs: ["body.headers.x-tag"] }],
  },
  {
    why: "The query comes decoded; how it was written is lost.",
    adapters: ["serverless-http", "codegenie", "hono"],
    where: [{ formats: ["1.0"], requests: ["GET /echo?a=%2B+x"], differs: ["body.url"] }],
  },
  {
    why: "The query comes in pairs: `flag` and `flag=` are one.",
    adapters: EVERY,
    where: [
      { formats: ["1.0", "alb", "alb-multi-value"], requests: ["GET /echo?flag"], differs: ["body.url"] },
    ],
  },
  {
    why: "Without multi-value headers only the last value of a field or parameter comes.",
    adapters: EVERY,
    where: [
      { formats: ["alb"], requests: ["a field twice"], differs: ["body.headers.x-tag"] },
      { formats: ["alb"], requests: ["GET /echo?a=1&a=2"], differs: ["body.url"] },
    ],
  },
  {
    why: "The same, as express and fastify show it.",
    adapters: NODE,
    where: [{ formats: ["alb"], requests: ["GET /echo?a=1&a=2"], differs: ["body.query.a"] }],
  },
  {
    why: "The same, as the web's URL shows it.",
    adapters: ["hono", "powertools"],
    where: [{ formats: ["alb"], requests: ["GET /echo?a=1&a=2"], differs: ["body.query"] }],
  },
  {
    why: "Without multi-value headers there is room for one Set-Cookie: the first is kept.",
    adapters: ["codegenie", "hono"],
    where: [{ formats: ["alb"], requests: ["GET /cookies"], differs: ["set-cookie"] }],
  },
];
