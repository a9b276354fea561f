import { expect, it } from "vitest";
import { parseFlags } from "../../../gateway/flags/document.ts";
import { fromPortable, portable } from "../../../gateway/flags/portable-snapshot.ts";
import { aRequest } from "../../support/requests.ts";

const parsed = parseFlags(`
version: 7
kill: false
salt: again
routes:
  a:
    stage: canary
    percent: 12.5
    pause: true
    until: 2027-01-31T12:00:00Z
    testers: { function: [anna] }
    rules:
      - { when: [{ of: "header:x-beta", equals: "yes" }, { of: address, range: ["192.0.2.0/24"] }], percent: 50 }
      - { when: [{ of: host, in: [a.example.com] }], side: legacy, until: 2027-02-01T00:00:00Z }
  b: { stage: cutover }
`);

it("says the same in another process, rules included", () => {
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const { snapshot } = parsed;
  const sent = fromPortable(structuredClone(portable(snapshot)));
  expect(portable(sent)).toEqual(portable(snapshot));
  expect(sent.routes.get("b")).toEqual(snapshot.routes.get("b"));
  const headers = ["X-Beta", "yes"];
  for (const request of [aRequest({ headers }), aRequest(), aRequest({ host: "a.example.com" })]) {
    const matches = (of: typeof snapshot) =>
      of.routes.get("a")!.rules!.map((rule) => rule.matches(request, {}));
    expect(matches(sent)).toEqual(matches(snapshot));
  }
  expect(sent.routes.get("a")!.rules!.map((rule) => rule.matches(aRequest({ headers }), {}))).toEqual([
    true,
    false,
  ]);
});
