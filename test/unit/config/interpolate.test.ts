import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpolate } from "../../../gateway/config/interpolate.ts";

const variables = { A: "one", EMPTY: "", TRICK: "${A}" };
const filled = (text: string) => {
  const result = interpolate(text, variables);
  return "text" in result ? result.text : `! ${result.problem}`;
};

test.each([
  ["plain", "plain"],
  ["${A}", "one"],
  ["<${A}-${A}>", "<one-one>"],
  ["${EMPTY}", ""],
  ["${EMPTY:-x}", "x"],
  ["${NO:-}", ""],
  ["${NO:-http://h:1/}", "http://h:1/"],
  ["${A:-x}", "one"],
  ["${A:?missing}", "one"],
  ["$${A}", "${A}"],
  ["$${A} ${A}", "${A} one"],
  ["${TRICK}", "${A}"],
  ["$A $ {A} }", "$A $ {A} }"],
])("%s becomes %s", (text, expected) => expect(filled(text)).toBe(expected));

describe("what cannot be filled in says why", () => {
  test.each([
    ["${NO}", "! the variable NO is not set"],
    ["${NO:?ask the platform team}", "! ask the platform team"],
    ["${EMPTY:?}", "! the variable EMPTY is not set"],
    ["${A", "! `${` is never closed"],
    ["${}", "! `${}` names no variable"],
    ["${1A}", "! `${1A}` names no variable"],
    ["${A:+x}", "! `${A:+x}` names no variable"],
    ["${NO:-${A}}", "! variables cannot be nested"],
    ["${toString}", "! the variable toString is not set"],
  ])("%s: %s", (text, expected) => expect(filled(text)).toBe(expected));
});

test("no text makes it throw", () => {
  const text = fc.string({ unit: fc.constantFrom("$", "{", "}", ":", "-", "?", "A") });
  expect(() => fc.assert(fc.property(text, (tricky) => filled(tricky).length >= 0))).not.toThrow();
});

test("text without `${` is left alone", () => {
  const plain = fc.string().filter((text) => !text.includes("${"));
  expect(() => fc.assert(fc.property(plain, (text) => filled(text) === text))).not.toThrow();
});
