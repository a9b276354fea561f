import { isUtf8 } from "node:buffer";
import { z } from "zod";
import type { HeaderList } from "../http/headers.ts";
import type { CorpusEntry, CorpusHead } from "./corpus.ts";

/** The version of the format that this release writes. */
export const FORMAT = 1;

/** The first line of a corpus, with its newline. */
export function headLine({ source, createdAt, redacted }: CorpusHead): string {
  return `${JSON.stringify({ banyanCorpus: FORMAT, source, createdAt, redacted })}\n`;
}

/** An entry as one line of JSON with its newline. What is unknown, empty or usual is left out. */
export function entryLine({ id, at, session, route, request, answer }: CorpusEntry): Buffer {
  const line = {
    id,
    ...(at === null ? {} : { at }),
    ...(session === null ? {} : { session }),
    ...(route === null ? {} : { route }),
    request: {
      method: request.method,
      target: request.target,
      headers: request.headers,
      ...bodyMembers(request),
    },
    ...(answer === null
      ? {}
      : {
          answer: {
            status: answer.status,
            headers: answer.headers,
            ...(answer.durationMs === null ? {} : { durationMs: answer.durationMs }),
            ...bodyMembers(answer),
          },
        }),
  };
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

function bodyMembers({ body, isWhole }: { readonly body: Buffer; readonly isWhole: boolean }) {
  return {
    ...(isWhole ? {} : { isWhole }),
    ...(body.length === 0
      ? {}
      : isReadable(body)
        ? { body: body.toString("utf8") }
        : { bodyBase64: body.toString("base64") }),
  };
}

/** Text that JSON does not write longer than base64 would be: a control byte takes six there. */
function isReadable(body: Buffer): boolean {
  if (!isUtf8(body)) return false;
  for (const byte of body) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  return true;
}

/** What a line says, or what is wrong with it. */
export type Parsed<T> = { readonly ok: T } | { readonly problem: string };

export function parseHead(bytes: Buffer): Parsed<CorpusHead> {
  const json = parseJson(bytes);
  const version = anyHead.safeParse("ok" in json ? json.ok : null);
  if (!version.success)
    return {
      problem: 'this is no corpus: its first line is not {"banyanCorpus":1,…}; import other formats first',
    };
  if (version.data.banyanCorpus !== FORMAT)
    return {
      problem: `this corpus has format ${version.data.banyanCorpus} and this release reads ${FORMAT}: use the release that wrote it, or record anew`,
    };
  const head = headSchema.safeParse("ok" in json ? json.ok : null);
  return head.success ? { ok: head.data } : { problem: `the head is wrong: ${firstIssue(head.error)}` };
}

export function parseEntry(bytes: Buffer): Parsed<CorpusEntry> {
  const json = parseJson(bytes);
  if ("problem" in json) return json;
  const parsed = entrySchema.safeParse(json.ok);
  return parsed.success
    ? { ok: parsed.data }
    : { problem: `${firstIssue(parsed.error)}; mend or remove the line` };
}

function parseJson(bytes: Buffer): Parsed<unknown> {
  if (!isUtf8(bytes))
    return { problem: "the line is not UTF-8; bytes that are no text belong into `bodyBase64`" };
  try {
    return { ok: JSON.parse(bytes.toString("utf8")) as unknown };
  } catch {
    return { problem: "the line is no JSON; mend or remove it" };
  }
}

function firstIssue({ issues }: z.ZodError): string {
  const { path, message } = issues[0]!;
  return `${path.length === 0 ? "" : `\`${path.join(".")}\`: `}${message}`;
}

/** RFC 9110 §5.6.2 */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What Node takes for a field's value: no control bytes but the tab, and one byte a character. */
export const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Origin form, or `*`; nothing in it ends the request line. */
export const TARGET = /^(?:\/[\x21-\x7e\x80-\xff]*|\*)$/;

const headers = z
  .array(z.string())
  .refine((list) => list.length % 2 === 0, "expected names and values by turns")
  .refine((list) => list.every((text, n) => (n % 2 === 0 ? TOKEN : FIELD_VALUE).test(text)), {
    message: "expected names of header fields, and values of one byte a character without control bytes",
  })
  .transform((list): HeaderList => list);
const body = {
  body: z
    .string()
    .refine((text) => text.isWellFormed(), "half a surrogate pair is no text; use `bodyBase64`")
    .optional(),
  bodyBase64: z.base64("expected base64").optional(),
  isWhole: z.boolean().default(true),
};
const milliseconds = z.number().min(0, "expected milliseconds");
const name = z.string().min(1).max(1000).nullable().default(null);

const request = z
  .object({
    method: z.string().regex(TOKEN, "expected a method"),
    target: z.string().regex(TARGET, "expected a path as it is sent: /orders?page=2"),
    headers,
    ...body,
  })
  .refine(hasOneBody, "has both `body` and `bodyBase64`; keep one")
  .transform(withBytes);
const answer = z
  .object({
    status: z.int().min(100, "expected a status of 100 to 999").max(999, "expected a status of 100 to 999"),
    headers,
    durationMs: milliseconds.nullable().default(null),
    ...body,
  })
  .refine(hasOneBody, "has both `body` and `bodyBase64`; keep one")
  .transform(withBytes);
const entrySchema = z.object({
  id: z.string().min(1).max(200),
  at: milliseconds.nullable().default(null),
  session: name,
  route: name,
  request,
  answer: answer.nullable().default(null),
});
const anyHead = z.object({ banyanCorpus: z.number() });
const headSchema = z.object({
  source: z.string().max(100),
  createdAt: milliseconds.nullable(),
  redacted: z.boolean(),
});

interface WrittenBody {
  readonly body?: string | undefined;
  readonly bodyBase64?: string | undefined;
}

function hasOneBody({ body, bodyBase64 }: WrittenBody): boolean {
  return body === undefined || bodyBase64 === undefined;
}

function withBytes<T extends WrittenBody>({ body, bodyBase64, ...rest }: T) {
  return {
    ...rest,
    body: bodyBase64 === undefined ? Buffer.from(body ?? "") : Buffer.from(bodyBase64, "base64"),
  };
}
