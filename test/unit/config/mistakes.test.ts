import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { problemsOf } from "./load-text.ts";

const text = readFileSync(new URL("mistakes.yaml", import.meta.url), "utf8");

test("a file full of mistakes gets all of them said at once, each at its place", () => {
  const said = problemsOf(text).map(({ line, col, rule, at }) => `${line}:${col} ${rule} ${at}`);
  expect(said).toEqual([
    "2:10 BYN1006 version",
    "3:16 BYN1011 legacy.url",
    "3:49 BYN1004 legacy.connectoins",
    "4:1 BYN1004 listen",
    "5:18 BYN1006 trustedProxies.0",
    "5:31 BYN1035 trustedProxies.1",
    "7:12 BYN1006 defaults.timeout",
    "9:3 BYN1006 routes.Get_Order",
    "10:20 BYN1008 routes.Get_Order.match.path",
    "13:22 BYN1006 routes.list-orders.match.method",
    "13:52 BYN1006 routes.list-orders.match.host",
    "14:15 BYN1006 routes.list-orders.function",
    "15:12 BYN1006 routes.list-orders.stage",
    "16:36 BYN1006 routes.list-orders.stickyBy.1",
    "18:5 BYN1003 routes.list-orders.timeout",
    "19:3 BYN1009 routes.pay.function",
    "20:34 BYN1008 routes.pay.match.path",
    "21:12 BYN1010 routes.pay.stage",
    "24:25 BYN1007 routes.refund.function.lambda",
    "24:47 BYN1004 routes.refund.function.qualifer",
    "25:14 BYN1006 routes.refund.percent",
    "25:14 BYN1010 routes.refund.percent",
    "27:5 BYN1033 routes.refund-again",
    "30:14 BYN1034 routes.refund-again.timeout",
    "31:16 BYN1023 routes.refund-again.stickyBy.0",
    "31:37 BYN1022 routes.refund-again.stickyBy.1",
    "34:25 BYN1007 routes.refund-never.function.lambda",
    "38:17 BYN1006 routes.refund-no-more.repeatable",
    "40:12 BYN1021 routes.refund-at-last.match",
    "40:22 BYN1020 routes.refund-at-last.match.method",
  ]);
});

test("each says what is wrong and what to do", () => {
  const said = new Map(problemsOf(text).map(({ at, message, hint }) => [at, `${message} (${hint})`]));
  expect(said.get("legacy.connectoins")).toBe("`connectoins` is no known key (did you mean `connections`?)");
  expect(said.get("listen")).toContain("set PORT and HOST in the environment");
  expect(said.get("defaults.timeout")).toBe("`30` has no unit (write for example 3s, 250ms, 5m)");
  expect(said.get("routes.Get_Order.match.path")).toContain('write "/api/orders/{id}"');
  expect(said.get("routes.list-orders.stage")).toContain("did you mean `shadow`?");
  expect(said.get("routes.list-orders.function")).toContain("{ lambda: get-order, qualifier: live }");
  expect(said.get("routes.pay.function")).toContain("what matches no route goes to legacy");
  expect(said.get("routes.refund.function.lambda")).toContain(
    "set REFUND_FUNCTION, or write ${REFUND_FUNCTION:-",
  );
  for (const { hint } of problemsOf(text)) expect(hint).not.toBe("");
});
