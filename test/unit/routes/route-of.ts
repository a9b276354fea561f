import { gatesOf } from "../../../gateway/config/gate-schema.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import { parsePattern } from "../../../gateway/routes/pattern.ts";
import type { Pattern } from "../../../gateway/routes/pattern.ts";
import { shadowSettings } from "../../../gateway/config/shadow-schema.ts";
import type { Route } from "../../../gateway/routes/route.ts";
import { parseTarget } from "../../../gateway/http/target.ts";
import type { Target } from "../../../gateway/http/target.ts";
import { lambdaTarget } from "../../support/targets.ts";

/** A valid template, or the test is wrong. */
export function patternOf(text: string): Pattern {
  const pattern = parsePattern(text);
  if ("problem" in pattern) throw new Error(`${text}: ${pattern.problem}`);
  return pattern;
}

/** A request target that ingress lets pass, or the test is wrong. */
export function targetOf(raw: string): Target {
  const target = parseTarget(raw);
  if (typeof target === "string") throw new Error(`${raw}: ${target}`);
  return target;
}

/** A route with nothing special about it: `GET,POST shop.example.com /a/{b}`; `*` stands for any method or host. */
export function routeOf(text: string): Route {
  const [methods = "*", host = "*", path = "/"] = text.split(" ");
  return {
    id: text,
    methods: methods === "*" ? null : methods.split(","),
    host: host === "*" ? null : host,
    pattern: patternOf(path),
    function: lambdaTarget("f"),
    answerHeaders: [],
    group: text,
    stage: "legacy",
    percent: 0,
    stickyBy: [{ from: "address" }],
    timeoutMs: 1000,
    repeatable: false,
    replaceServerErrors: true,
    breaker: { errorPercent: 50, slowCallMs: null, minimumCalls: 20, windowMs: 10_000, openMs: 5000 },
    shadow: shadowSettings(undefined, undefined),
    compare: DEFAULT_RULES,
    gate: gatesOf(undefined, undefined),
    line: 1,
  };
}
