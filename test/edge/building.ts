import type {
  AnswerExpected,
  EdgeCase,
  Level,
  Outcome,
  Reaction,
  RequestExpected,
  Step,
} from "./edge-case.ts";

/** The bytes of one request of HTTP/1.1 with a Host. */
export function request(line: string, fields: readonly string[] = [], body: string = ""): string {
  return [`${line} HTTP/1.1`, "Host: a", ...fields, "", body].join("\r\n");
}

export const get = (target: string, ...fields: string[]): string => request(`GET ${target}`, fields);
export const post = (target: string, fields: readonly string[], body: string): string =>
  request(`POST ${target}`, fields, body);
/** A POST to `/` in these bytes of chunked coding. */
export const chunked = (chunks: string, ...fields: string[]): string =>
  post("/", ["Transfer-Encoding: chunked", ...fields], chunks);
/** A POST to `/` with a length. */
export const sized = (body: string, ...fields: string[]): string =>
  post("/", [`Content-Length: ${body.length}`, ...fields], body);

/** The bytes of one answer of HTTP/1.1. */
export const answer = (status: string, fields: readonly string[], body: string = ""): string =>
  [`HTTP/1.1 ${status}`, ...fields, "", body].join("\r\n");
export const OK = answer("200 OK", ["Content-Length: 2"], "ok");

/** The upstream sends these bytes once the request is whole. */
export const says = (...steps: Step[]): readonly Reaction[] => [{ on: "whole", steps }];
/** The same as soon as the request's head is there. */
export const saysAtOnce = (...steps: Step[]): readonly Reaction[] => [{ on: "head", steps }];

/** One answer of 200, one whole request, and the connection serves on. */
export function passes(seen: RequestExpected, got: Partial<AnswerExpected> = {}): Outcome[] {
  return [{ answers: [{ status: [200], ...got }], requests: [seen], after: "open" }];
}

/** One answer to one whole request, whatever becomes of the connection. */
export function answered(got: AnswerExpected, seen: RequestExpected = {}): Outcome[] {
  return [{ answers: [got], requests: [seen] }];
}

/** Refused with one of these, or by closing; nothing reaches the upstream. */
export function refused(...status: number[]): Outcome[] {
  return [
    { answers: [{ status }], requests: [] },
    { answers: [], requests: [], after: "closed" },
  ];
}

/** The same, and nothing that follows on the connection is read: where a message ends, nobody knows any more. */
export function cutOff(...status: number[]): Outcome[] {
  return refused(...status).map((outcome) => ({ ...outcome, after: "closed" }));
}

/** Refused in the middle of the body: if a part of it went on, the upstream sees that it broke off. */
export function brokenOff(...status: number[]): Outcome[] {
  return [
    ...cutOff(...status),
    ...cutOff(...status).map((outcome) => ({ ...outcome, requests: [{ cut: true }] })),
  ];
}

/** The same, or a safe request is asked once more and answered (RFC 9110 §9.2.2). */
export const badGatewayOrRetried = (): Outcome[] => [
  ...badGateway(),
  { answers: [{ status: [200] }], requests: [{}, {}] },
];

/** The gateway answers for an upstream that gave no valid answer. */
export function badGateway(after?: "open"): Outcome[] {
  return [{ answers: [{ status: [502] }], requests: [{}], ...(after && { after }) }];
}

/** The answer had begun, and must look cut short. */
export const cutShort = (body?: string | RegExp): Outcome[] => [
  {
    answers: [{ status: [200], cut: true, ...(body !== undefined && { body }) }],
    requests: [{}],
    after: "closed",
  },
];

type More = Partial<Pick<EdgeCase, "methods" | "from" | "crowd" | "upstream">>;

const at =
  (level: Level) =>
  (
    name: string,
    source: string,
    client: string | readonly Step[],
    outcomes: readonly Outcome[],
    more: More = {},
  ): EdgeCase => ({
    name,
    source,
    level,
    client: typeof client === "string" ? [client] : client,
    outcomes,
    ...more,
  });

export const must = at("must");
export const should = at("should");
