import { describe, expect, it } from "vitest";
import { attempts } from "../../../../gateway/admin/auth/attempts.ts";

function tried() {
  let now = 0;
  const known = attempts({ elapsed: () => now });
  return { ...known, pass: (ms: number) => void (now += ms) };
}
const fail = (known: ReturnType<typeof tried>, peer: string, times: number) => {
  for (let n = 0; n < times; n += 1) known.wrong(peer);
};

describe("wrong proofs", () => {
  it("keep their peer waiting from the tenth on, until the minute of the first is over", () => {
    const known = tried();
    fail(known, "a", 9);
    expect(known.waitS("a", "x")).toBe(0);
    known.pass(20_000);
    known.wrong("a");
    expect([known.waitS("a", "x"), known.waitS("b", "x")]).toEqual([40, 0]);
    known.pass(40_000);
    expect(known.waitS("a", "x")).toBe(0);
    known.wrong("a");
    expect(known.waitS("a", "x")).toBe(0);
  });

  it("keep nobody waiting whose proof was right before", () => {
    const known = tried();
    known.right("mine");
    fail(known, "a", 10);
    expect([known.waitS("a", "mine"), known.waitS("a", "another")]).toEqual([0, 60]);
  });

  it("are forgotten of the peers that came first when there are too many, and of none twice", () => {
    const known = tried();
    fail(known, "first", 10);
    fail(known, "second", 10);
    for (let n = 0; n < 9999; n += 1) known.wrong(`peer-${n}`);
    expect([known.waitS("first", "x"), known.waitS("second", "x")]).toEqual([0, 60]);
  });

  it("are no reason to remember right ones for ever", () => {
    const known = tried();
    for (let n = 0; n <= 1000; n += 1) known.right(`proof-${n}`);
    fail(known, "a", 10);
    expect([known.waitS("a", "proof-0"), known.waitS("a", "proof-1")]).toEqual([60, 0]);
  });
});
