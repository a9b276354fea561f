import { answersIn, type Answer } from "./answers-in.ts";
import type { Ledger } from "./ledger.ts";
import { FAULTS } from "./scripted-lambda.ts";
import { fingerprint, said } from "./scripted-monolith.ts";
import { BODIES, WRITES, type Sent, type Weather } from "./weather.ts";

/** A request, and all that came back on its connection; null for a client that left. */
export interface Exchange {
  readonly id: string;
  readonly sent: Sent;
  readonly raw: string | null;
}

/** The bodies by name, as they are framed, and by what legacy knows them. */
export const written = new Map(
  Object.entries(BODIES).map(([name, { bytes, chunked }]) => {
    const body = Buffer.alloc(bytes, `${name} `);
    const framed = chunked
      ? Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), body, Buffer.from("\r\n0\r\n\r\n")])
      : body;
    return [
      name,
      {
        framed,
        field: chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes}`,
        print: fingerprint(body),
      },
    ];
  }),
);

/** Everything that was promised of one request and not kept, in words. */
export function brokenPromises(ledger: Ledger, { id, sent, raw }: Exchange, weather: Weather): string[] {
  const { method, fault } = sent;
  const { repeatable, replaceServerErrors, stage, stream, legacyLives } = weather;
  const doneBy = ledger.doneBy(id);
  const isWrite = WRITES.includes(method);
  const { phase } = FAULTS[fault];
  const broken: string[] = [];
  const promise = (what: string, kept: boolean) => void (kept || broken.push(what));

  // Whatever becomes of the client.
  promise("a write runs once", !isWrite || repeatable || doneBy.length <= 1);
  promise("a side runs a write once", !isWrite || new Set(doneBy).size === doneBy.length);
  promise(
    "what is known to have run is not run again",
    !isWrite || phase === "unknown" || doneBy.length <= 1,
  );
  promise("the function runs once", doneBy.filter((side) => side === "function").length <= 1);
  promise("legacy does not run what it has let go of", stage !== "retired" || !doneBy.includes("legacy"));
  if (raw === null) return broken;

  const { answers, rest } = answersIn(raw, [method, "GET"]);
  const [answer, pong, more] = answers;
  if (answer === undefined)
    return [...broken, `an answer comes, and not ${JSON.stringify(raw.slice(0, 200))}`];
  const side = answer.fields.get("x-side")?.join();
  const mayBreakOff =
    side === "function" ? fault === "cut" && stream : side === "legacy" && sent.service === "cut";
  promise("an answer is whole, or cannot be", answer.whole || mayBreakOff);
  promise("the next answer is the next one's", !answer.whole || isPong(pong) || isLast(answer, pong));
  promise("nothing is left over", rest === "" && more === undefined);
  promise("an answer says what it is", wellSaid(id, sent, answer, side));
  const honest = side === undefined || doneBy.some((done) => done === side);
  promise("who answers has done it", honest);
  if (!legacyLives || stage === "retired") return broken;

  const failed = side === undefined || (answer.status >= 500 && (side === "legacy" || replaceServerErrors));
  promise("a read is answered while legacy lives", isWrite || !failed);
  const notStarted = phase === "not-started" || !ledger.heard(id);
  promise("what did not start is legacy's", !notStarted || doneBy.length > 0);
  return broken;
}

function isPong(answer: Answer | undefined): boolean {
  return answer !== undefined && answer.status === 200 && answer.whole && answer.body === "pong";
}

function isLast(answer: Answer, next: Answer | undefined): boolean {
  return next === undefined && answer.fields.get("connection")?.join() === "close";
}

const OF_THE_CONNECTION = ["connection", "date", "keep-alive", "content-length", "transfer-encoding"];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  legacy: ["x-side", "x-id"],
  gateway: ["content-type", "cache-control", "retry-after"],
};

/** Nothing of a side that failed is in the answer of the one that stood in for it. */
function wellSaid(
  id: string,
  { method, service, body }: Sent,
  answer: Answer,
  side: string | undefined,
): boolean {
  const { fields, status } = answer;
  if (side === "function") {
    const text = answer.whole ? `function ${id}` : "half of it";
    return fields.get("x-id")?.join() === id && [text, ""].includes(answer.body);
  }
  const known = [...OF_THE_CONNECTION, ...FIELDS[side ?? "gateway"]!];
  if ([...fields.keys()].some((name) => !known.includes(name))) return false;
  if (side === undefined) return method === "HEAD" || answer.body.includes(`"status":${status}`);
  const text = method === "HEAD" || service === "empty" ? "" : said(id, written.get(body)!.print);
  return (
    fields.get("x-id")?.join() === id && (answer.whole ? answer.body === text : text.startsWith(answer.body))
  );
}
