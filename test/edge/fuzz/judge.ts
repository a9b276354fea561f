import { hear, type Answered, type Heard } from "../client.ts";
import { valuesOf, type Fields, type Message } from "../message.ts";
import type { Recorded } from "../recorder.ts";
import { bytesOf, type Conversation, type Said } from "./conversation.ts";
import { meantBy, understood } from "./meant.ts";

/** What both sides of the gateway saw of a conversation. */
export interface Seen {
  /** What the client has really sent. */
  readonly sent: string;
  readonly received: string;
  readonly ending: "open" | "end" | "reset";
  readonly requests: readonly Recorded[];
  /** Bytes that reached a server and are no request. */
  readonly malformed: readonly string[];
}

/** Methods that may be sent once more when a kept connection turns out to be closed. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Targets that are well-formed for a reader of messages, and are refused for good reasons. */
const REFUSED = /#|%zz|\.\.%2f|user@|^CONNECT |[\x80-\xff]/i;

/** What must never be in a trailer. */
const FRAMING =
  /^(?:content[-_]length|transfer[-_]encoding|host|connection|trailer|authorization|x[-_]forwarded[-_].*|forwarded|set[-_]cookie|upgrade|te|keep-alive)$/i;
const HOP_BY_HOP =
  /^(?:keep-alive|proxy-connection|te|upgrade|transfer_encoding|content_length|x_forwarded_(?:for|proto|host|port))$/i;
/** Fields that the gateway itself puts in. */
const OWN =
  /^(?:host|via|x-forwarded-(?:for|proto|host|port)|traceparent|tracestate|x-request-id|connection|content-length|transfer-encoding|max-forwards)$/i;

/** All that is wrong with it, for people; empty when every invariant holds. */
export function judged(conversation: Conversation, seen: Seen): string[] {
  const meant = meantBy(seen.sent);
  const methods = meant.requests.map(methodOf);
  const heard = heardAs(seen, methods);
  const wrong = seen.malformed.map((why) => `upstream got what is no request: ${why}`);
  if (heard.malformed !== null) wrong.push(`the client got what is no answer: ${heard.malformed}`);

  /** For each meant request: the requests that it became upstream, by their number. */
  const became = meant.requests.map((): number[] => []);
  let at = 0;
  seen.requests.forEach((request, n) => {
    for (let i = at; i < meant.requests.length; i += 1) {
      const why = mismatch(request, meant.requests[i]!);
      if (why !== null) continue;
      if (i > at || became[i]!.length === 0) {
        became[i]!.push(n);
        at = i;
        return;
      }
      // A kept connection may have been closed by the answer before, or by this one.
      const mayBeRepeated =
        SAFE.has(methods[i]!) && request.message.body === "" && conversation.answers.length > 0;
      if (!mayBeRepeated) continue;
      became[i]!.push(n);
      return;
    }
    const next = meant.requests[at];
    const why = next === undefined ? "no request is left" : (mismatch(request, next) ?? "it was sent twice");
    wrong.push(
      `upstream got a request that nobody sent: ${JSON.stringify(request.message.startLine)} (${why})`,
    );
  });
  seen.requests.forEach((request) => wrong.push(...fieldsWrong(request.message, meant.requests)));

  heard.answers.forEach((answer, i) => {
    const by = became[i]?.at(-1);
    wrong.push(
      ...answerWrong(answer, by === undefined ? null : spoken(conversation, seen, by), methods[i], seen),
    );
  });
  return [...wrong, ...unanswered(conversation, seen, heard, meant)];
}

function methodOf({ startLine }: Message): string {
  return startLine.slice(0, startLine.indexOf(" "));
}

/** Whether it understood what it refuses as a request of HEAD, only the gateway knows: the last answer may be either. */
function heardAs(seen: Seen, methods: readonly string[]): Heard {
  const client = { received: () => seen.received, ending: () => seen.ending } as const;
  const lists = [
    methods,
    ...[...methods.keys(), methods.length].flatMap((last) =>
      ["HEAD", "GET"].map((method) => [...methods.slice(0, last), method]),
    ),
  ];
  const readings = lists.map((list) => ({ list, heard: hear(client, { methods: list }) }));
  const good = readings.find(
    ({ list, heard }) =>
      heard.malformed === null && (list === methods || heard.answers.length === list.length),
  );
  return (good ?? readings[0]!).heard;
}

/** Why this is not what the client sent; null when it is. */
function mismatch({ message, cut }: Recorded, meant: Message): string | null {
  const [method, target = ""] = meant.startLine.split(" ");
  const sent = message.startLine.split(" ");
  if (sent[0] !== method) return "another method";
  if (sent[1] !== originForm(method!, target)) return `another target than ${target}`;
  if (sent[2] !== "HTTP/1.1") return "another version";
  if (!meant.body.startsWith(message.body)) return "another body";
  if (message.whole && meant.whole && message.body !== meant.body) return "less of the body";
  if (message.whole && !meant.whole) return "it is whole, and was never sent whole";
  return message.whole || cut || !meant.whole ? null : "it is not whole yet";
}

function originForm(method: string, target: string): string {
  const absolute = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1];
  if (absolute === undefined) return target;
  if (absolute === "") return method === "OPTIONS" ? "*" : "/";
  return absolute.startsWith("/") ? absolute : `/${absolute}`;
}

function fieldsWrong({ startLine, fields, trailers }: Message, meant: readonly Message[]): string[] {
  const wrong: string[] = [];
  const say = (what: string) => wrong.push(`${JSON.stringify(startLine)}: ${what}`);
  for (const name of ["host", "x-forwarded-for", "via", "traceparent"]) {
    const values = valuesOf(fields, name);
    if (name !== "via" && values.length !== 1) say(`${values.length} fields ${name}`);
  }
  if (valuesOf(fields, "x-forwarded-for")[0] !== "127.0.0.1") say("another's address");
  if (valuesOf(fields, "connection").some((value) => !/^(?:keep-alive|close)$/i.test(value)))
    say("Connection");
  const known = meant.flatMap((message) => [...message.fields]);
  for (const [name, value] of fields) {
    if (HOP_BY_HOP.test(name)) say(`the field ${name} was passed on`);
    const isSent = known.some(([field, sent]) => field === name && sent === value);
    if (!OWN.test(name) && !isSent) say(`the field ${name}: ${JSON.stringify(value)} is nobody's`);
  }
  for (const [name] of trailers) if (FRAMING.test(name)) say(`the trailer ${name} was passed on`);
  const own = meant.find((message) => startsAlike(message.startLine, startLine));
  const kept = own && keptFields(own.fields);
  if (kept !== undefined && JSON.stringify(kept) !== JSON.stringify(keptFields(fields)))
    say("X-Keep was changed");
  return wrong;
}

const startsAlike = (meant: string, sent: string) =>
  meant.slice(0, meant.lastIndexOf(" ")) === sent.slice(0, sent.lastIndexOf(" "));

/** Unless a nomination removes it, this one passes in its order and number. */
function keptFields(fields: Fields): Fields | undefined {
  const nominated = valuesOf(fields, "connection").some((value) => /x-keep/i.test(value));
  return nominated ? undefined : fields.filter(([name]) => name.toLowerCase() === "x-keep");
}

/** What the monolith said to the request of that number. */
interface Spoken {
  readonly said: Said | null;
  readonly method: string;
  readonly plain: string;
  /** True when connections are closed in this conversation: a request may meet one that is closing. */
  readonly closes: boolean;
}

function spoken({ answers }: Conversation, { requests }: Seen, n: number): Spoken {
  const { startLine } = requests[n]!.message;
  const [method = "", target = ""] = startLine.split(" ");
  const closes = answers.some(({ close }) => close !== "keep");
  return { said: answers[n] ?? null, method, plain: `${method} ${target}`, closes };
}

function answerWrong(
  answer: Answered,
  by: Spoken | null,
  method: string | undefined,
  { ending }: Seen,
): string[] {
  const { message, status, state } = answer;
  const say = (what: string) => [
    `the answer ${status} ${JSON.stringify(message.body.slice(0, 60))}: ${what}`,
  ];
  for (const [name] of message.trailers) if (FRAMING.test(name)) return say(`has the trailer ${name}`);
  for (const [name, value] of message.fields) {
    // Of its own connection the gateway may speak.
    if (name.toLowerCase() === "upgrade" || (name.toLowerCase() === "x-nominated" && nominates(by))) {
      return say(`has the field ${name}: ${value}`);
    }
  }
  if (state === "partial") return ending === "open" ? say("is not whole") : [];
  if (state === "cut") return by?.said === null ? say("was cut, and should not have been") : [];
  if (isOwn(answer, method)) {
    if (by === null || by.closes || (by.said !== null && (by.said.mutated || by.said.close === "reset")))
      return [];
    if (by.said !== null && understood(by.said, by.method) === null) return [];
    return status === 408 ? [] : say("is the gateway's own, and the monolith answered well");
  }
  if (by === null) return say("is nobody's");
  if (by.said === null) {
    return status === 200 && (by.method === "HEAD" || message.body === by.plain)
      ? []
      : say(`is another's, not ${by.plain}`);
  }
  const expected = understood(by.said, by.method);
  if (expected === null) return say("looks whole, and is not");
  if (expected.status !== status) return say(`was ${expected.status}`);
  if (expected.message.body !== message.body)
    return say(`was ${JSON.stringify(expected.message.body.slice(0, 60))}`);
  const [sent, got] = [keptFields(expected.message.fields), keptFields(message.fields)];
  if (sent !== undefined && JSON.stringify(sent) !== JSON.stringify(got)) return say("X-Keep was changed");
  return [];
}

function nominates(by: Spoken | null): boolean {
  return (
    by?.said !== null &&
    by?.said !== undefined &&
    /Connection: X-Nominated\r\n/.test(bytesOf(by.said)) &&
    !by.said.mutated
  );
}

/** An answer that the gateway made. To HEAD it has no body to tell it by. */
function isOwn({ message, status }: Answered, method: string | undefined): boolean {
  if (!valuesOf(message.fields, "content-type").includes("application/problem+json")) return false;
  return (
    status >= 400 &&
    (method === "HEAD" || message.body === "" || message.body.includes('"urn:banyan:problem:'))
  );
}

/** Who sent what is well-formed and waits gets all answers up to the one that ends the connection; nobody waits for ever. */
function unanswered(
  { client, answers }: Conversation,
  { ending, requests }: Seen,
  heard: Heard,
  meant: ReturnType<typeof meantBy>,
): string[] {
  if (client.close !== "waits") return [];
  const waiting = meant.requests.filter(({ whole }) => whole).length;
  if (ending === "open" && heard.answers.length < waiting) {
    return [`${waiting} requests, ${heard.answers.length} answers, and the connection is open`];
  }
  if (meant.rest === "malformed" && ending === "open")
    return ["what follows is no request, and the connection is open"];
  if (client.mutated || answers.some((said) => said.mutated || said.close !== "keep" || isCut(said)))
    return [];
  const last = meant.requests.findIndex((message) => endsBefore(message) || endsBehind(message));
  const owed = last === -1 ? waiting : endsBefore(meant.requests[last]!) ? last : last + 1;
  const whole = heard.answers.filter(({ state }) => state === "whole").length;
  return whole < owed
    ? [`${owed} answers are owed, ${whole} came; upstream saw ${requests.length} requests`]
    : [];
}

/** llhttp takes framing in trailers for framing: it refuses such a request, and cuts such an answer short. */
function framesAgain({ trailers }: Message): boolean {
  return trailers.some(([name]) => /^(?:transfer-encoding|content-length)$/i.test(name));
}

function isCut(said: Said): boolean {
  const answer = understood(said, "GET");
  return answer !== null && framesAgain(answer.message);
}

/** Refused by the parser, which says nothing behind answers that are owed. */
function endsBefore(message: Message): boolean {
  return REFUSED.test(message.startLine) || framesAgain(message);
}

/** Answered, and the connection ends. */
function endsBehind({ startLine, fields, trailers }: Message): boolean {
  const options = [...valuesOf(fields, "connection"), ...valuesOf(trailers, "connection")];
  return startLine.endsWith("HTTP/1.0") || options.some((value) => /close/i.test(value));
}
