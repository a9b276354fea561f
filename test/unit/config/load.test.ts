import { gatesOf } from "../../../gateway/config/gate-schema.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import { describe, expect, test } from "vitest";
import { configOf, fileWith, problemsOf } from "./load-text.ts";
import { lambdaTarget } from "../../support/targets.ts";

const ORDER = `
get-order:
  match: { method: GET, path: "/api/orders/{id}" }
  function: { lambda: get-order }
`;

describe("a small file", () => {
  const config = configOf(fileWith(ORDER));

  test("means what the documentation says it means by default", () => {
    expect(config.legacy).toEqual({
      url: "http://127.0.0.1:3000",
      timeoutMs: 60_000,
      connections: 256,
      share: 50,
      client: "lean",
    });
    expect(config.flags).toEqual({ source: "file", file: null });
    expect(config.aws).toMatchObject({ region: "eu-central-1", endpoint: null });
    expect(config.trustedProxies).toEqual([]);
    expect(config.warnings).toEqual([]);
  });

  test("makes whole routes", () => {
    const { pattern, ...rest } = config.routes[0]!;
    expect(pattern.text).toBe("/api/orders/{id}");
    expect(rest).toEqual({
      id: "get-order",
      methods: ["GET"],
      host: null,
      function: lambdaTarget("get-order"),
      answerHeaders: [],
      group: "get-order",
      stage: "legacy",
      percent: 0,
      stickyBy: [{ from: "address" }],
      timeoutMs: 30_000,
      repeatable: false,
      replaceServerErrors: true,
      breaker: { errorPercent: 50, slowCallMs: null, minimumCalls: 20, windowMs: 10_000, openMs: 5000 },
      shadow: {
        percent: 100,
        by: "request",
        enough: null,
        writes: null,
        rehearsal: null,
        without: [],
        secondaryPercent: 5,
        timeoutMs: 30_000,
      },
      compare: DEFAULT_RULES,
      gate: gatesOf(undefined, undefined),
      line: 4,
    });
  });

  test("may have no routes at all: then everything is legacy's", () => {
    expect(configOf("version: 1\nlegacy: { url: http://legacy }").routes).toEqual([]);
  });
});

test("every field of a route arrives", () => {
  const { routes } = configOf(
    fileWith(`
pay:
  match: { method: [POST, PUT, POST], path: "/pay/{rest*}", host: "*.Example.com" }
  function: { lambda: "arn:aws:lambda:eu-central-1:123456789012:function:pay", qualifier: "7" }
  group: checkout
  stage: canary
  percent: 0.125
  stickyBy: [ "header:X-User", "cookie:sid", "query:u v", "param:rest", address, "new-cookie:banyan" ]
  timeout: 1.5m
  repeatable: true
  replaceServerErrors: false
  breaker: { errorPercent: 12.5, slowCall: 250ms, minimumCalls: 5, window: 1m, open: 1s }
`).replace("routes:", "flags: { source: file, file: f.json }\nroutes:"),
  );
  expect(routes[0]).toMatchObject({
    methods: ["POST", "PUT"],
    host: "*.example.com",
    function: { name: "arn:aws:lambda:eu-central-1:123456789012:function:pay", qualifier: "7" },
    group: "checkout",
    stage: "canary",
    percent: 0.125,
    stickyBy: [
      { from: "header", name: "x-user" },
      { from: "cookie", name: "sid" },
      { from: "query", name: "u v" },
      { from: "param", name: "rest" },
      { from: "address" },
      { from: "new-cookie", name: "banyan" },
    ],
    timeoutMs: 90_000,
    repeatable: true,
    replaceServerErrors: false,
    breaker: { errorPercent: 12.5, slowCallMs: 250, minimumCalls: 5, windowMs: 60_000, openMs: 1000 },
  });
});

describe("flags in AppConfig", () => {
  const fileWithFlags = (flags: string) => fileWith(ORDER).replace("routes:", `flags: ${flags}\nroutes:`);
  const place = { application: "my shop", environment: "prod", profile: "x1y2z3w" };

  test("are found by three names or ids", () => {
    const config = configOf(
      fileWithFlags("{ source: appconfig, application: my shop, environment: prod, profile: x1y2z3w }"),
    );
    expect(config.flags).toMatchObject({ source: "appconfig", ...place });
  });

  test("come from an agent with the token that a variable has, which is never printed", () => {
    const text = fileWithFlags(
      "{ source: appconfig-agent, application: a, environment: b, profile: c, accessToken: '${TOKEN}' }",
    );
    const { flags, printable } = configOf(text, { TOKEN: "open-sesame" });
    expect(flags).toMatchObject({ accessToken: "open-sesame" });
    expect(printable).toMatchObject({ flags: { accessToken: "${TOKEN}" } });
  });

  test.each([
    [
      { source: "appconfig", application: "shop", environment: "prod" },
      "`profile` is missing",
      "add `profile: ",
    ],
    [{ source: "appconfig", ...place, profile: "" }, "at least 1", "banyan-flags"],
    [{ source: "appconfig", ...place, application: 7 }, "expected text", "shop"],
    [
      { source: "appconfig", ...place, file: "f.json" },
      "`file` is no known key",
      "source, application, environment, profile",
    ],
    [{ source: "appconfig-agent", ...place, accessToken: "open sesame" }, "without spaces", "TOKEN"],
    [{ source: "appconfg", ...place }, "one of file, appconfig", "appconfig"],
  ])("%j are refused: %s", (flags, message, hint) => {
    const [problem, ...others] = problemsOf(fileWithFlags(JSON.stringify(flags)));
    expect(others).toEqual([]);
    expect(problem?.message).toContain(message);
    expect(problem?.hint).toContain(hint);
  });
});

test("defaults are merged field by field, and null takes one back", () => {
  const defaults =
    'defaults: { timeout: 9s, stickyBy: ["cookie:sid"], breaker: { slowCall: 2s, window: 20s } }\n';
  const { routes } = configOf(
    defaults +
      fileWith(`${ORDER}
  breaker: { slowCall: null, open: 1s }
list:
  match: { path: /api/orders }
  function: { lambda: list }
  timeout: 1s
  stickyBy: [ address ]
`),
  );
  expect(routes[0]).toMatchObject({ timeoutMs: 9000, stickyBy: [{ from: "cookie", name: "sid" }] });
  expect(routes[0]?.breaker).toMatchObject({
    slowCallMs: null,
    windowMs: 20_000,
    openMs: 1000,
    errorPercent: 50,
  });
  expect(routes[1]).toMatchObject({ timeoutMs: 1000, stickyBy: [{ from: "address" }] });
  expect(routes[1]?.breaker).toMatchObject({ slowCallMs: 2000, windowMs: 20_000, openMs: 5000 });
});

describe("variables", () => {
  test("are filled in, and shown by name when printed", () => {
    const text = fileWith(ORDER, "${LEGACY_URL:-http://localhost:1}");
    expect(configOf(text).legacy.url).toBe("http://localhost:1");
    const config = configOf(text, { LEGACY_URL: "https://legacy.internal/" });
    expect(config.legacy.url).toBe("https://legacy.internal");
    expect(config.printable).toMatchObject({ legacy: { url: "${LEGACY_URL:-http://localhost:1}" } });
  });

  test("are never quoted by a problem", () => {
    const secret = "hunter2:x@/../{a}{a}";
    const text = `
version: 1
legacy: { url: "\${S}", timeout: "\${S}" }
aws: { region: "\${S}", endpoint: "\${S}" }
trustedProxies: [ "\${S}" ]
flags: { source: "\${S}" }
defaults: { stickyBy: [ "\${S}" ] }
routes:
  a:
    match: { method: "\${S}", path: "\${S}", host: "\${S}" }
    function: { lambda: "\${S}", qualifier: "\${S}" }
    group: "\${S}"
    stage: "\${S}"
    timeout: "\${S}"
    percent: "\${S}"
    breaker: { slowCall: "\${S}" }
`;
    const problems = problemsOf(text, { S: secret });
    expect(problems.length).toBeGreaterThanOrEqual(15);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
    const url = fileWith(ORDER, "${S}");
    expect(JSON.stringify(problemsOf(url, { S: "http://u:hunter2@h" }))).toMatch(
      /^(?!.*hunter2).*credentials/,
    );
  });

  test("stay text in keys and comments", () => {
    expect(problemsOf(`# \${NOT_SET}\n${fileWith(ORDER)}\${KEY}: 1\n`).map(({ at }) => at)).toEqual([
      "${KEY}",
    ]);
  });
});

describe("what is no usable file", () => {
  const rulesOf = (text: string) => problemsOf(text).map(({ rule, line, col }) => `${rule} ${line}:${col}`);

  test.each([
    ["", "BYN1006 1:1"],
    ["just text", "BYN1006 1:1"],
    ["- a\n- b", "BYN1006 1:1"],
    ["a: [b", "BYN1002 1:6"],
    ["legacy:\n\turl: x", "BYN1002 2:1"],
    ["a: 1\n---\nb: 2", "BYN1002 2:1"],
    ["a: !!js/function x", "BYN1002 1:4"],
    ["a: *nobody", "BYN1002 1:4"],
    ["&a [ *a ]", "BYN1001 1:6"],
  ])("%j is refused at its place, and only once", (text, problem) =>
    expect(rulesOf(text)).toEqual([problem]),
  );

  test("a path with braces inside braces wants quotes", () => {
    const [problem, ...others] = problemsOf(
      fileWith("a: { match: { path: /orders/{id} }, function: { lambda: f } }"),
    );
    expect(problem).toMatchObject({ rule: "BYN1002", line: 4, col: 31 });
    expect(problem?.hint).toContain('{ path: "/orders/{id}" }');
    expect(others).toEqual([]);
  });

  test("bombs are refused before they go off", () => {
    const laughs = [1, 2, 3, 4, 5, 6].map((n) => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`);
    const bombs = [
      ["a0: &a0 [1]", ...laughs].join("\n"),
      "[".repeat(1e6),
      "{a: ".repeat(2e5),
      "- ".repeat(5e5),
      "? ".repeat(5e5),
      "#".repeat(2 ** 20 + 1),
    ];
    for (const bomb of bombs) expect(rulesOf(bomb)[0]).toContain("BYN1001");
    const ladder = Array.from({ length: 1200 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n");
    expect(problemsOf(ladder)[0]?.message).toBe("this is nested too deeply");
  });

  test("aliases are counted, because each is looked for in the whole file", () => {
    const text = (count: number) => `a: &a 1\nb: [${"*a, ".repeat(count)}]`;
    expect(rulesOf(text(100))).not.toContainEqual(expect.stringContaining("BYN1001"));
    expect(rulesOf(text(101))).toContainEqual(expect.stringContaining("BYN1001"));
  });

  test("aliases within reason are read", () => {
    const text = fileWith(`
a:
  match: { path: /a }
  function: &f { lambda: both }
b:
  match: { path: /b }
  function: *f
`);
    expect(configOf(text).routes.map((route) => route.function)).toMatchObject([
      { name: "both" },
      { name: "both" },
    ]);
  });

  test("keys that objects are born with are keys like any other", () => {
    const text = fileWith("__proto__:\n  match: { path: /a }\n  function: { lambda: a }\nconstructor: 1");
    expect(problemsOf(`${text}toString: 1\n`).map(({ at }) => at)).toEqual([
      "routes.__proto__",
      "routes.constructor",
      "toString",
    ]);
  });
});

test("thousands of routes load without a thought for their number", () => {
  const routes = Array.from(
    { length: 3000 },
    (_, i) => `r${i}: { match: { path: /r${i} }, function: { lambda: f } }`,
  );
  expect(configOf(fileWith(routes.join("\n"))).routes).toHaveLength(3000);
});
