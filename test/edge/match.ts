import type { Answered, Heard } from "./client.ts";
import type { AnswerExpected, FieldsExpected, Outcome, RequestExpected } from "./edge-case.ts";
import { valuesOf, type Fields } from "./message.ts";
import type { Recorded } from "./recorder.ts";

/** What both sides saw of one conversation. */
export interface Observed {
  readonly heard: Heard;
  readonly ending: "open" | "end" | "reset";
  readonly requests: readonly Recorded[];
}

/** What keeps this from being that outcome; empty when nothing does. */
export function differences(outcome: Outcome, { heard, ending, requests }: Observed): string[] {
  const found: string[] = [];
  if (heard.malformed !== null) found.push(`no answer: ${heard.malformed}`);
  const statuses = heard.answers.map(({ status }) => status);
  if (heard.answers.length !== outcome.answers.length) {
    found.push(`${outcome.answers.length} answers expected, got [${statuses.join(", ")}]`);
  } else {
    outcome.answers.forEach((expected, i) => found.push(...answerDifferences(expected, heard.answers[i]!)));
  }
  if (requests.length !== outcome.requests.length) {
    const lines = requests.map(({ message }) => JSON.stringify(message.startLine.slice(0, 80)));
    found.push(`${outcome.requests.length} requests expected, upstream saw [${lines.join(", ")}]`);
  } else {
    outcome.requests.forEach((expected, i) => found.push(...requestDifferences(expected, requests[i]!)));
  }
  if (outcome.after === "open" && ending !== "open") found.push(`the connection ended: ${ending}`);
  if (outcome.after === "closed" && ending === "open") found.push("the connection stayed open");
  return found;
}

function answerDifferences(expected: AnswerExpected, got: Answered): string[] {
  const found: string[] = [];
  const { status, reason, message, interim, state } = got;
  if (!expected.status.includes(status)) found.push(`status ${status}`);
  if (expected.reason !== undefined && expected.reason !== reason) found.push(`reason ${reason}`);
  if (!matches(expected.body, message.body)) found.push(`body ${JSON.stringify(message.body.slice(0, 80))}`);
  if (expected.interim !== undefined && expected.interim.join() !== interim.join()) {
    found.push(`interim answers [${interim.join(", ")}]`);
  }
  if (state !== (expected.cut === true ? "cut" : "whole")) found.push(`the answer is ${state}`);
  found.push(...fieldDifferences("answer", expected.fields, message.fields));
  found.push(...fieldDifferences("answer's trailer", expected.trailers, message.trailers));
  return found;
}

function requestDifferences(expected: RequestExpected, { side, message, cut }: Recorded): string[] {
  const found: string[] = [];
  const line = message.startLine.slice(0, message.startLine.lastIndexOf(" "));
  if (!matches(expected.line, line)) found.push(`upstream saw ${JSON.stringify(line.slice(0, 80))}`);
  if (side !== (expected.side ?? "legacy")) found.push(`it went to ${side}`);
  if (expected.body !== undefined && expected.body !== message.body) {
    found.push(`upstream saw the body ${JSON.stringify(message.body.slice(0, 80))}`);
  }
  const broken = expected.cut === true;
  if (broken !== cut || (!broken && !message.whole)) {
    found.push(`the request is ${cut ? "cut" : message.whole ? "whole" : "partial"} upstream`);
  }
  found.push(...fieldDifferences("request", expected.fields, message.fields));
  found.push(...fieldDifferences("request's trailer", expected.trailers, message.trailers));
  return found;
}

function fieldDifferences(where: string, expected: FieldsExpected = {}, fields: Fields): string[] {
  return Object.entries(expected).flatMap(([name, values]) => {
    const got = valuesOf(fields, name);
    const same = (list: readonly string[]) =>
      list.length === values.length && values.every((value, i) => matches(value, list[i]!));
    const joined = values.length > 1 && got.join(", ") === values.join(", ");
    return same(got) || joined ? [] : [`${where} ${name}: ${JSON.stringify(got)}`];
  });
}

function matches(expected: string | RegExp | undefined, got: string): boolean {
  if (expected === undefined) return true;
  return typeof expected === "string" ? expected === got : expected.test(got);
}
