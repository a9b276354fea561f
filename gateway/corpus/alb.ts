import { linesOf } from "../audit/lines.ts";
import { isSafe } from "../routes/shadowing.ts";
import { addressed, carriedFields } from "./carried.ts";
import { type CorpusAnswer, type CorpusItem, problemAt } from "./corpus.ts";
import { TOKEN } from "./entry-line.ts";
import { type CorpusSource, openInput } from "./input.ts";
import type { ReadLimits } from "./read-corpus.ts";

/**
 * The fields that are read, by their place in the line; newer ones follow at the end, so that a line may have fewer or more.
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax
 */
const FIELDS = {
  type: 0,
  time: 1,
  targetProcessingTime: 6,
  targetStatusCode: 9,
  request: 12,
  userAgent: 13,
  traceId: 17,
  requestCreationTime: 21,
  connTraceId: 29,
} as const;
/** Those that were there from the beginning: up to the ARN of the target group. */
const LEAST_FIELDS = 17;
/** Targets have 8 KB and user agents as many, and the load balancer cuts both. */
const MAX_LINE_BYTES = 256 * 1024;

/**
 * Reads access logs of an Application Load Balancer. They have neither bodies nor header fields, so that only requests with
 * methods that take no body can be sent again.
 */
export async function* importAlb(source: CorpusSource, limits: ReadLimits = {}): AsyncGenerator<CorpusItem> {
  const input = openInput(source, limits.maxUnpackedBytes);
  const maxBytes = limits.maxRecordBytes ?? MAX_LINE_BYTES;
  yield { kind: "head", head: { source: "alb", createdAt: null, redacted: false } };
  let last = 0;
  for await (const { number, bytes, length, ended } of linesOf(input.chunks, maxBytes)) {
    last = number;
    if (length > maxBytes)
      yield problemAt(number, `the line has ${length} bytes and may have ${maxBytes}; left out`);
    else if (length > 0) yield itemOf(number, bytes.toString("utf8").trimEnd(), ended);
  }
  const damage = input.damage();
  if (damage !== null) yield problemAt(last + 1, damage);
  else if (last === 0) yield problemAt(1, "the file is empty");
}

function itemOf(number: number, line: string, ended: boolean): CorpusItem {
  const wrong = (text: string) => problemAt(number, `${text}; left out`);
  const fields = fieldsOf(line);
  if (fields === null || fields.length < LEAST_FIELDS)
    return wrong(ended ? "this is no line of an ALB access log" : "the last line is cut off");
  const field = (name: keyof typeof FIELDS) => {
    const value = fields[FIELDS[name]];
    return value === undefined || value === "-" || value === "" ? null : value;
  };
  const type = field("type") ?? "";
  if (/^wss?$/.test(type)) return wrong("a WebSocket cannot be sent again");
  if (!/^(?:https?|h2|grpcs)$/.test(type))
    return wrong(`${JSON.stringify(type.slice(0, 20))} is no type of an ALB access log`);
  const [, method = "", url = ""] = /^(\S+) (\S.*) HTTP\/[\d.]+$/.exec(field("request") ?? "") ?? [];
  const place = addressed(url);
  // `- http://host:80- -` stands where the client sent no request that could be read.
  if (place === null || !TOKEN.test(method))
    return wrong("the load balancer could not read the request itself");
  const written = [
    ...(place.host === null ? [] : ["Host", place.host]),
    ...named("User-Agent", field("userAgent")),
    ...named("X-Amzn-Trace-Id", field("traceId")),
  ];
  const createdAt = Date.parse(field("requestCreationTime") ?? field("time") ?? "");
  const at = Number.isNaN(createdAt) ? null : createdAt;
  const headers = carriedFields(written, () => undefined);
  const request = { method, target: place.target, headers, body: Buffer.alloc(0), isWhole: isSafe(method) };
  const answer = answerOf(field("targetStatusCode"), field("targetProcessingTime"));
  return {
    kind: "entry",
    entry: { id: `alb-${number}`, at, session: field("connTraceId"), route: null, request, answer },
  };
}

/** What the target answered; null where the load balancer answered itself. */
function answerOf(status: string | null, seconds: string | null): CorpusAnswer | null {
  if (status === null || !/^[1-9]\d\d$/.test(status)) return null;
  const durationMs = Number(seconds ?? -1) * 1000;
  return {
    status: Number(status),
    headers: [],
    body: Buffer.alloc(0),
    isWhole: false,
    // -1 stands for a time that is not known.
    durationMs: durationMs >= 0 ? durationMs : null,
  };
}

function named(name: string, value: string | null): string[] {
  return value === null ? [] : [name, value];
}

/** The fields of a line: separated by spaces, in quotes where they may hold some. Null when a quote is not closed. */
function fieldsOf(line: string): string[] | null {
  const field = / *(?:"((?:[^"\\]|\\.)*)"|([^ "]\S*))(?= |$)/gy;
  const fields: string[] = [];
  while (field.lastIndex < line.length) {
    const [whole, quoted, bare] = field.exec(line) ?? [];
    if (whole === undefined) return null;
    fields.push(quoted === undefined ? bare! : unescaped(quoted));
  }
  return fields;
}

/** `\"`, `\\` and `\x22`. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_, hex: string | undefined, other: string) =>
    hex === undefined ? other : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
