import { expect, it } from "vitest";
import type { AnsweredObservation } from "../../../gateway/diff/observation.ts";
import { SessionState } from "../../../gateway/replay/session-state.ts";
import { anEntry } from "./entries.ts";

function redirectTo(location: string): AnsweredObservation {
  const body = { bytes: Buffer.from(`to ${location}`), length: 0, sha256: null };
  return {
    kind: "answered",
    status: 303,
    headers: ["Location", location],
    body,
    durationMs: 1,
    version: null,
  };
}

it.each([true, false])("goes by the recorded Location, whether the body is known or not (%s)", (isWhole) => {
  const session = new SessionState();
  const answer = { status: 303, headers: ["Location", "/orders/1001"], isWhole };
  session.learn(anEntry("bought", { answer }), {
    legacy: redirectTo("/orders/2002"),
    function: redirectTo("/orders/3003"),
  });
  const { request } = anEntry("looked", { request: { target: "/orders/1001" } });
  expect(session.requestTo("legacy", request).target).toBe("/orders/2002");
  expect(session.requestTo("function", request).target).toBe("/orders/3003");
});

it("takes what was not recorded for what legacy says today", () => {
  const session = new SessionState();
  const cut = { headers: ["Content-Type", "application/json"], isWhole: false };
  const saying = (id: string): AnsweredObservation => {
    const bytes = Buffer.from(JSON.stringify({ id }));
    const body = { bytes, length: bytes.length, sha256: null };
    return { kind: "answered", status: 201, headers: [], body, durationMs: 1, version: null };
  };
  session.learn(anEntry("bought", { answer: cut }), { legacy: saying("ord-7"), function: saying("ord-8") });
  const { request } = anEntry("looked", { request: { target: "/orders/ord-7" } });
  expect(session.requestTo("legacy", request).target).toBe("/orders/ord-7");
  expect(session.requestTo("function", request).target).toBe("/orders/ord-8");
});
