import { TOPICS } from "../../test/edge/all-topics.ts";
import type { EdgeCase, Step } from "../../test/edge/edge-case.ts";

/** What the clients of the edge corpus send in these topics, where it may be refused; the upstream plays no part in it. */
export function refusedCases(topics: readonly string[]): readonly (readonly Step[])[] {
  const cases = TOPICS.filter(({ topic }) => topics.includes(topic)).flatMap((topic) => topic.cases);
  const found = cases.filter(isRefused).map(({ client }) => client);
  if (found.length === 0) throw new Error(`no such cases in ${topics.join(", ")}`);
  return found;
}

function isRefused({ outcomes, upstream, crowd, from }: EdgeCase): boolean {
  const refused = outcomes.some(
    ({ answers }) => answers.length === 0 || answers.some(({ status }) => status.some((code) => code >= 400)),
  );
  return refused && upstream === undefined && crowd === undefined && from === undefined;
}
