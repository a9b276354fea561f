import type { CorpusEntry, CorpusRequest } from "../corpus/corpus.ts";
import type { Observation } from "../diff/observation.ts";
import type { Side } from "../upstreams/upstream.ts";
import { answerIds, type AnswerIds } from "./answer-ids.ts";
import { CarryOver } from "./carry-over.ts";
import { CookieJar } from "./cookie-jar.ts";
import { replaceIds } from "./replace-ids.ts";

/** What both sides answered to one request. */
export interface Answers {
  readonly legacy: Observation;
  /** Null when it was not asked. */
  readonly function: Observation | null;
}

/** What a client would know of each side in the middle of its session: its cookies, and what things are called there. */
export class SessionState {
  readonly #jars: Readonly<Record<Side, CookieJar>> = { legacy: new CookieJar(), function: new CookieJar() };
  readonly #carried = new CarryOver();

  /** A recorded request as the client would send it to that side today. */
  requestTo(side: Side, recorded: CorpusRequest): CorpusRequest {
    const today = this.#carried.isIdle(side)
      ? recorded
      : replaceIds(recorded, (id) => this.#carried.today(side, id));
    return { ...today, headers: this.#jars[side].fieldsFor(today) };
  }

  /** Takes in what was answered. What only legacy was asked counts for both: that is where functions have it from, too. */
  learn({ request, answer }: CorpusEntry, { legacy, function: candidate }: Answers): void {
    const ofFunction = candidate ?? legacy;
    this.#keepCookies("legacy", request, legacy);
    this.#keepCookies("function", request, ofFunction);
    const given = idsOf(legacy);
    if (given === null) return;
    const today = { legacy: given, function: idsOf(ofFunction) };
    // What nobody recorded of an answer is taken to have been what legacy says today.
    if (answer?.isWhole !== true) this.#carried.learn({ recorded: null, ...today });
    if (answer !== null) this.#carried.learn({ recorded: answerIds(answer), ...today });
  }

  #keepCookies(side: Side, request: CorpusRequest, answer: Observation): void {
    if (answer.kind === "answered") this.#jars[side].keep(request, answer.headers);
  }
}

function idsOf(observation: Observation): AnswerIds | null {
  if (observation.kind === "failed") return null;
  return answerIds({ headers: observation.headers, body: observation.body.bytes });
}
