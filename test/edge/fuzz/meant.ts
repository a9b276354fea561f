import { Malformed, readMessage, valuesOf, type BodyEnd, type Message } from "../message.ts";
import type { Said } from "./conversation.ts";

/** What a strict reader finds in the bytes of a client. */
export interface Meant {
  /** Whole requests in their order, and behind them the one that is not whole, if there is one. */
  readonly requests: readonly Message[];
  /** Where reading ends: in order, inside of a message, or where none can be found. */
  readonly rest: "none" | "partial" | "malformed";
}

/** What all readers of start lines forgive, and what harms nobody: it does not go on. */
const FORGIVEN = {
  /** RFC 9112 §3: a parser may take several blanks for one. */
  request: [/^(\S+) +(\S+) +(HTTP\/1\.[01])\r\n/, "$1 $2 $3\r\n"],
  /** Servers that have no reason to give leave its separator out, too. */
  answer: [/^(HTTP\/1\.[01] [0-9]{3})\r\n/, "$1 \r\n"],
} as const;

/** The message at `at`, empty lines before it skipped (RFC 9112 §2.2), and what is left of some. */
function messageAt(
  bytes: string,
  at: number,
  kind: "request" | "answer",
  bodyEndOf: (startLine: string) => BodyEnd = () => "by-fields",
): Message | undefined {
  let begin = at;
  while (bytes[begin] === "\r" || bytes[begin] === "\n") begin += 1;
  const [pattern, replacement] = FORGIVEN[kind];
  const text = bytes.slice(begin).replace(pattern, replacement);
  const message = readMessage(text, 0, kind, bodyEndOf);
  return message && { ...message, end: message.end + bytes.length - text.length };
}

/** Reads a client's bytes as RFC 9112 says, once and from the beginning: nobody may find another request in them. */
export function meantBy(bytes: string): Meant {
  const requests: Message[] = [];
  let at = 0;
  try {
    while (/[^\r\n]/.test(bytes.slice(at))) {
      const message = messageAt(bytes, at, "request");
      if (message === undefined) return { requests, rest: "partial" };
      requests.push(message);
      if (!message.whole) return { requests, rest: "partial" };
      at = message.end;
    }
    return { requests, rest: "none" };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const broken = upToTheBreak(bytes, at);
    return { requests: broken === null ? requests : [...requests, broken], rest: "malformed" };
  }
}

/** A message whose body is broken, up to there: of that one, a part may have gone on. */
function upToTheBreak(bytes: string, at: number): Message | null {
  for (let end = bytes.length - 1; end > at; end -= 1) {
    try {
      return messageAt(bytes.slice(0, end), at, "request") ?? null;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
  }
  return null;
}

/** What a strict reader makes of an answer's bytes. */
export interface Understood {
  readonly message: Message;
  readonly status: number;
  /** Bytes up to the answer's end. */
  readonly end: number;
  /** False when the end of the connection is its end. */
  readonly endsItself: boolean;
}

/** The final answer in what the monolith says to this method; null for none that is whole and well-formed. */
export function understood({ segments, close }: Said, method: string): Understood | null {
  const bytes = segments.join("");
  const statusOf = (line: string) => Number(line.slice(9, 12));
  let at = 0;
  try {
    for (;;) {
      const message = messageAt(bytes, at, "answer", (line) => {
        const status = statusOf(line);
        return method === "HEAD" || status < 200 || status === 204 || status === 304 ? "none" : "by-fields";
      });
      if (message === undefined || statusOf(message.startLine) === 101) return null;
      at = message.end;
      const status = statusOf(message.startLine);
      if (status < 200) continue;
      const names = ["content-length", "transfer-encoding"];
      const untilClose = names.every((name) => valuesOf(message.fields, name).length === 0);
      const whole = message.whole || (untilClose && close !== "reset");
      return whole ? { message, status, end: at, endsItself: message.whole } : null;
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return null;
  }
}
