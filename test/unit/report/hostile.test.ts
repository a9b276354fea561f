import { isDeepStrictEqual } from "node:util";
import { Parser } from "htmlparser2";
import { describe, expect, it } from "vitest";
import type { Form } from "../../../gateway/report/form-names.ts";
import { FORMS } from "../../../gateway/report/forms.ts";
import { readReport } from "../../../gateway/report/json.ts";
import type { Report } from "../../../gateway/report/report.ts";
import { reportOf } from "../../../gateway/report/report-of.ts";
import { plainAssess } from "../../support/report-assess.ts";
import { reportFacts } from "../../support/report-facts.ts";
import { HOSTILE, textPlaces, withReason, withText } from "../../support/report-hostile.ts";
import { commandsIn, junitProblems, schemaProblems } from "../../support/report-readers.ts";

const report = withDisagreement(reportOf(reportFacts(), plainAssess));
const places = textPlaces(report);
const everywhere = (text: string) =>
  withReason(
    places.reduce((poisoned, place) => withText(poisoned, place, text), report),
    text,
  );
const benign = everywhere("plain");
const names = Object.keys(FORMS) as Form[];
const texts = Object.keys(HOSTILE);
/** A comment has no room for everything that is long. */
const textsFor = (form: Form) => texts.filter((name) => form !== "markdown" || name !== "long");

/** What a form is apart from its text: the same whatever the text is, or the text has become more than text. */
const SKELETONS: Readonly<Record<Form, (written: string) => unknown>> = {
  html: (written) => elementsOf(written, false),
  junit: (written) => elementsOf(written, true),
  markdown: signsOf,
  summary: signsOf,
  github: (written) => commandsIn(written).map(({ name, properties }) => [name, Object.keys(properties)]),
  gitlab: shapeOf,
  sarif: shapeOf,
  json: (written) => readReport(written).routes.length,
};

it("there are places to poison", () => {
  expect(places.length).toBeGreaterThan(60);
});

describe.each(names)("%s", (form) => {
  const skeleton = SKELETONS[form];

  it.each(textsFor(form))("takes %s for text, in every place at once", (name) => {
    const written = FORMS[form](everywhere(HOSTILE[name]!));
    expect(skeleton(written)).toEqual(skeleton(FORMS[form](benign)));
    expect(written.isWellFormed()).toBe(true);
  });

  it("takes all of them for text, in each place by itself", () => {
    const all = Object.entries(HOSTILE)
      .filter(([name]) => name !== "long")
      .map(([, text]) => text)
      .join(" ");
    const taken = places.filter((place) => {
      const [poisoned, plain] = [all, "plain"].map((text) =>
        skeleton(FORMS[form](withText(report, place, text))),
      );
      return !isDeepStrictEqual(poisoned, plain);
    });
    expect(taken).toEqual([]);
  });
});

it.each(names.filter((form) => form !== "json"))("%s does not grow with what it is given", (form) => {
  expect(FORMS[form](everywhere(HOSTILE["long"]!)).length).toBeLessThan(1_000_000);
});

// The JSON form loses nothing, so it holds what it was given.
it.each(names.filter((form) => form !== "json"))("%s shows what cannot be seen", (form) => {
  for (const text of Object.values(HOSTILE)) expect(FORMS[form](everywhere(text))).not.toMatch(UNSEEN);
});

it("junit is what Jenkins reads, whatever is in it", async () => {
  expect(await junitProblems(Object.values(HOSTILE).map((text) => FORMS.junit(everywhere(text))))).toEqual(
    [],
  );
});

it.each(names)("%s: empty text harms nothing", (form) => {
  expect(FORMS[form](everywhere("")).length).toBeGreaterThan(0);
});

it.each(["sarif", "gitlab", "json"] as const)("%s is as its schema has it, whatever is in it", (form) => {
  for (const text of Object.values(HOSTILE))
    expect(schemaProblems(form, FORMS[form](everywhere(text)))).toEqual([]);
});

it("annotations say what they were given, as text", () => {
  const poisoned = withText(report, ["routes", 0, "route"], "x\n::error::%0Ay");
  expect(commandsIn(FORMS.github(poisoned))[0]!.properties["title"]).toMatch(/^NO: x\\n::error::%0Ay, /);
});

/** Control characters but line ends and tabs, what reorders text, and what is no character. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]/u;

/** Elements with their attributes, whose values no text of strangers is part of in HTML. */
function elementsOf(written: string, xmlMode: boolean): string[] {
  const found: string[] = [];
  const parser = new Parser(
    {
      onopentag: (name, attributes) =>
        found.push(`${name} ${xmlMode ? Object.keys(attributes).join() : JSON.stringify(attributes)}`),
      onclosetag: (name) => found.push(`/${name}`),
      oncomment: () => found.push("comment"),
      oncdatastart: () => found.push("cdata"),
      onprocessinginstruction: (name) => found.push(name),
    },
    { xmlMode },
  );
  parser.end(written);
  return found;
}

/** Markdown's signs, in order, without those that are written as references and are only ever themselves. */
function signsOf(written: string): string {
  return written.replaceAll(/&#\d+;/g, "").replaceAll(/[^!#$&*:<>@[\\\]^_`{|}~\n]/g, "");
}

/** A JSON document with every string of it left out. */
function shapeOf(written: string): unknown {
  return JSON.parse(written, (_, value: unknown) => (typeof value === "string" ? "" : value));
}

function withDisagreement(given: Report): Report {
  const live = { breakers: null, disagreements: ["a has other flags"] };
  return { ...given, routes: given.routes.map((route) => ({ ...route, live })) };
}
