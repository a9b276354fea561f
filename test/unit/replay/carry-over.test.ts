import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerIds, type AnswerIds } from "../../../gateway/replay/answer-ids.ts";
import { CarryOver } from "../../../gateway/replay/carry-over.ts";

const json = (value: unknown, headers: string[] = []): AnswerIds =>
  answerIds({ headers, body: Buffer.from(JSON.stringify(value)) });

describe("ids of an answer", () => {
  it("are found in JSON, in Location and in header fields, by their place", () => {
    const headers = ["Location", "https://shop.example.com/api/orders/1042?cart=c7f3", "ETag", 'W/"ab12"'];
    const body = {
      id: 1042,
      total: 1500,
      placedAt: "2026-11-21",
      lines: [{ sku: "SKU-7" }],
      refs: [],
      note: "blue",
    };
    expect([...json(body, headers)]).toEqual([
      ["header/etag", "ab12"],
      ["location/3", "1042"],
      ["location/5", "c7f3"],
      ["body/id", "1042"],
      ["body/lines/0/sku", "SKU-7"],
    ]);
  });

  it("are not looked for in what is no JSON, too long or not to be decoded", () => {
    const none = (body: Buffer, headers: string[] = []) => expect(answerIds({ headers, body }).size).toBe(0);
    none(Buffer.from("<a id=A-1042>"));
    none(Buffer.from([0x22, 0xff, 0x31, 0x32, 0x22]));
    none(Buffer.from('{"id":"A-1042"}'), ["Content-Encoding", "gzip"]);
    none(Buffer.from(JSON.stringify({ id: "A-1042", rest: "x".repeat(2e6) })));
    none(Buffer.from("[".repeat(100_000) + '"A-1042"' + "]".repeat(100_000)));
  });

  it("keep every digit", () => {
    const body = Buffer.from('{"id":9007199254740993}');
    expect([...answerIds({ headers: [], body }).values()]).toEqual(["9007199254740993"]);
  });

  it("are bounded in number", () => {
    const many = Array.from({ length: 10_000 }, (_, n) => `id-${n}`);
    expect(json(many).size).toBe(2_000);
  });
});

describe("what is carried over", () => {
  it("are the recorded ids, as each side's own", () => {
    const carried = new CarryOver();
    carried.learn({
      recorded: json({ id: "ord-1" }),
      legacy: json({ id: "ord-7" }),
      function: json({ id: "ord-8" }),
    });
    expect(carried.today("legacy", "ord-1")).toBe("ord-7");
    expect(carried.today("function", "ord-1")).toBe("ord-8");
    expect(carried.today("function", "ord-7")).toBeUndefined();
  });

  it("are legacy's ids, where the recorded ones are unknown", () => {
    const carried = new CarryOver();
    carried.learn({ recorded: null, legacy: json({ id: "ord-7" }), function: json({ id: "ord-8" }) });
    expect(carried.isIdle("legacy")).toBe(true);
    expect(carried.today("function", "ord-7")).toBe("ord-8");
  });

  it("is nothing when an id only stands elsewhere", () => {
    const carried = new CarryOver();
    const [then, now] = [json(["ord-1", "ord-2", "ord-3"]), json(["ord-9", "ord-1", "ord-2", "ord-3"])];
    carried.learn({ recorded: then, legacy: now, function: json(["ord-3", "ord-2", "ord-1"]) });
    expect(carried.isIdle("legacy") && carried.isIdle("function")).toBe(true);
  });

  it("follows numbers that are given out again to somebody else", () => {
    const carried = new CarryOver();
    for (const [then, now] of [
      [1001, 1002],
      [1002, 1003],
    ])
      carried.learn({ recorded: json({ id: then }), legacy: json({ id: now }), function: null });
    expect(carried.today("legacy", "1001")).toBe("1002");
    expect(carried.today("legacy", "1002")).toBe("1003");
  });

  it("is bounded, and forgets the oldest", () => {
    const carried = new CarryOver();
    const id = (of: string, n: number) => `${of}-${String(n).padStart(6, "0")}`;
    for (let n = 0; n < 5_000; n++)
      carried.learn({ recorded: json([id("then", n)]), legacy: json([id("now", n)]), function: null });
    expect(carried.today("legacy", id("then", 4_999))).toBe(id("now", 4_999));
    expect(carried.today("legacy", id("then", 0))).toBeUndefined();
  });

  it("renames what was renamed, and nothing else, whatever else an answer says", () => {
    const uuids = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(uuids, fc.jsonValue(), (ids, rest) => {
        const half = ids.length >> 1;
        const [old, now] = [ids.slice(0, half), ids.slice(half, 2 * half)];
        const carried = new CarryOver();
        carried.learn({
          recorded: json({ ids: old, rest }),
          legacy: json({ ids: now, rest }),
          function: null,
        });
        expect(old.map((id) => carried.today("legacy", id))).toEqual(now);
        expect(
          [...json({ rest }).values()].filter((id) => carried.today("legacy", id) !== undefined),
        ).toEqual([]);
      }),
    );
  });
});
