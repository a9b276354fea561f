import { describe, expect, test } from "vitest";
import { RULES } from "../../../gateway/config/rules.ts";
import type { RuleId } from "../../../gateway/config/rules.ts";
import { fileWith, problemsOf } from "./load-text.ts";

const route = (id: string, match: string, more = "") =>
  `${id}: { match: ${match}, function: { lambda: f }${more === "" ? "" : `, ${more}`} }`;
const CANARY = 'stage: canary, percent: 5, stickyBy: ["cookie:sid"]';

/** What they look at is beside routes.yaml: test/unit/config/certificates.test.ts. */
const OF_OTHER_FILES = ["BYN1050", "BYN1051"] as const;

/** For each rule: a file that breaks it and nothing else, and one next to it that does not. */
const SAMPLES: Record<
  Exclude<RuleId, (typeof OF_OTHER_FILES)[number]>,
  readonly [broken: string, kept: string]
> = {
  BYN1001: ["[".repeat(100), fileWith("{}")],
  BYN1002: ["a: [", fileWith("{}")],
  BYN1003: [`${fileWith("{}")}version: 1\n`, fileWith("{}")],
  BYN1004: [`${fileWith("{}")}vresion: 1\n`, fileWith("{}")],
  BYN1005: ["version: 1\n", fileWith("{}")],
  BYN1006: [
    fileWith(route("a", "{ path: /a }", "timeout: 3")),
    fileWith(route("a", "{ path: /a }", "timeout: 3s")),
  ],
  BYN1007: [fileWith("{}", "${NO}"), fileWith("{}", "${NO:-http://h}")],
  BYN1008: [fileWith(route("a", "{ path: a }")), fileWith(route("a", "{ path: /a }"))],
  BYN1009: [fileWith("a: { match: { path: /a } }"), fileWith(route("a", "{ path: /a }"))],
  BYN1010: [
    fileWith(route("a", "{ path: /a }", "percent: 1")),
    fileWith(route("a", "{ path: /a, method: GET }", CANARY)),
  ],
  BYN1011: [fileWith("{}", "http://h/path"), fileWith("{}", "http://h:1/")],
  BYN1020: [
    fileWith(`${route("a", '{ path: "/{x}" }')}\n${route("b", '{ path: "/{y}" }')}`),
    fileWith(`${route("a", '{ path: "/{x}" }')}\n${route("b", '{ path: "/{y}", method: GET }')}`),
  ],
  BYN1021: [
    fileWith(
      `${route("a", "{ path: /a, method: [GET, PUT] }")}\n${route("b", "{ path: /a, method: [PUT, POST] }")}`,
    ),
    fileWith(
      `${route("a", "{ path: /a, method: [GET, PUT] }")}\n${route("b", "{ path: /a, method: [POST] }")}`,
    ),
  ],
  BYN1022: [
    fileWith(route("a", '{ path: "/{id}" }', 'stickyBy: ["param:di"]')),
    fileWith(route("a", '{ path: "/{id}" }', 'stickyBy: ["param:id"]')),
  ],
  BYN1023: [
    fileWith(route("a", "{ path: /a }", 'stickyBy: ["new-cookie:b", address]')),
    fileWith(route("a", "{ path: /a }", 'stickyBy: [address, "new-cookie:b"]')),
  ],
  BYN1030: [
    fileWith(route("a", "{ path: /a, method: GET }", "stage: canary, percent: 5")),
    fileWith(route("a", "{ path: /a, method: GET }", CANARY)),
  ],
  BYN1031: [
    fileWith(
      `${route("a", "{ path: /a, method: GET }", `group: g, ${CANARY}`)}
${route("b", "{ path: /b, method: GET }", `group: g, ${CANARY.replace("5", "6")}`)}`,
    ),
    fileWith(
      `${route("a", "{ path: /a, method: GET }", `group: g, ${CANARY}`)}
${route("b", "{ path: /b, method: GET }", `group: g, ${CANARY}`)}`,
    ),
  ],
  BYN1032: [
    fileWith(
      `${route("a", "{ path: /a }", 'group: g, stickyBy: ["cookie:a"]')}
${route("b", "{ path: /b }", 'group: g, stickyBy: ["cookie:b"]')}`,
    ),
    fileWith(
      `${route("a", "{ path: /a }", 'group: g, stickyBy: ["cookie:a"]')}
${route("b", "{ path: /b }", 'group: g, stickyBy: ["cookie:a"]')}`,
    ),
  ],
  BYN1033: [
    fileWith(route("a", "{ path: /a }", "stage: cutover")),
    fileWith(route("a", "{ path: /a }", "stage: cutover, repeatable: false")),
  ],
  BYN1034: [
    fileWith(route("a", "{ path: /a }", "timeout: 61s")),
    fileWith(route("a", "{ path: /a }", "timeout: 60s")),
  ],
  BYN1035: [`${fileWith("{}")}trustedProxies: ["::/0"]\n`, `${fileWith("{}")}trustedProxies: ["::1/128"]\n`],
  BYN1036: [
    fileWith("a: { match: { path: /a, method: GET }, function: { lambda: f, binaryTypes: [image/png] } }"),
    fileWith(
      "a: { match: { path: /a, method: GET }, function: { lambda: f, payload: 1.0, binaryTypes: [image/png] } }",
    ),
  ],
  BYN1037: [
    fileWith(
      "a: { match: { path: /a, method: GET }, function: { url: http://f.example, auth: { headers: { k: v } } } }",
    ),
    fileWith(
      "a: { match: { path: /a, method: GET }, function: { url: https://f.example, auth: { headers: { k: v } } } }",
    ),
  ],
  BYN1038: [
    fileWith(
      "a: { match: { path: /a, method: GET }, function: { url: https://f.example, auth: { aws: { region: r } }, preserveHost: true } }",
    ),
    fileWith(
      "a: { match: { path: /a, method: GET }, function: { url: https://f.example, auth: { aws: { region: r } } } }",
    ),
  ],
  BYN1039: [
    fileWith("a: { match: { path: /a, method: POST }, function: { lambda: f }, stage: shadow }"),
    fileWith(
      "a: { match: { path: /a, method: POST }, function: { lambda: f }, stage: shadow, shadow: { writes: skip } }",
    ),
  ],
  BYN1040: [
    fileWith(
      "a: { match: { path: /a, method: POST }, function: { lambda: f }, shadow: { writes: rehearsal, rehearsal: live } }",
    ),
    fileWith(
      "a: { match: { path: /a, method: POST }, function: { lambda: f }, shadow: { writes: rehearsal, rehearsal: scratch } }",
    ),
  ],
};

describe.each(RULES.filter(({ id }) => id in SAMPLES))("$id: $summary", ({ id, severity }) => {
  const [broken, kept] = SAMPLES[id as keyof typeof SAMPLES];

  test(`is said as ${severity}, and nothing else is`, () => {
    const said = problemsOf(broken).map((problem) => `${problem.rule} ${problem.severity}`);
    expect(said).toEqual([`${id} ${severity}`]);
  });

  test("is silent about the file next to it", () => expect(problemsOf(kept)).toEqual([]));
});

test("ids are unique and in order", () => {
  const ids = RULES.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort());
});

test.each(["CONNECT", "GTE"])("a route by %s is one that no request reaches", (method) => {
  const [problem] = problemsOf(fileWith(route("a", `{ path: /a, method: ${method} }`)));
  expect(problem).toMatchObject({ rule: "BYN1020", at: "routes.a.match.method" });
});

test("a default that is too patient is said once, not for every route", () => {
  const routes = ["a", "b", "c"].map((id) => route(id, `{ path: /${id} }`)).join("\n");
  const problems = problemsOf(`defaults: { timeout: 2m }\n${fileWith(routes)}`);
  expect(problems.map(({ rule, at }) => `${rule} ${at}`)).toEqual(["BYN1034 defaults.timeout"]);
});
