import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventLog } from "../../../gateway/admin/events-log.ts";

interface Seen {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

function eventsIn(text: Buffer): Seen[] {
  return text
    .toString()
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const [id = "", event = "", data = ""] = block.split("\n").map((line) => line.replace(/^\w+: /, ""));
      return { id, event, data: JSON.parse(data) as unknown };
    });
}

const change = fc.record({ id: fc.constantFrom("a", "b", "c"), value: fc.integer({ min: 0, max: 3 }) });

describe("the log of events", () => {
  it("brings everybody to the same state, whenever they look", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 10 }), (rounds) => {
        const log = new EventLog();
        const truth = new Map<string, number>();
        const told = new Map<string, number>();
        let seen = 0;
        for (const round of rounds) {
          for (const { id, value } of round) {
            log.note("route", id, { id, value });
            truth.set(id, value);
          }
          const missed = eventsIn(log.since(seen)).map(({ data }) => data as { id: string; value: number });
          // Each thing at most once, however often it changed.
          expect(new Set(missed.map(({ id }) => id)).size).toBe(missed.length);
          for (const { id, value } of missed) told.set(id, value);
          seen = log.seq;
          expect(told).toEqual(truth);
        }
      }),
    );
  });

  it("takes no note of what is as it was", () => {
    const log = new EventLog();
    log.note("route", "a", { id: "a", stage: "shadow" });
    const { seq } = log;
    log.note("route", "a", { id: "a", stage: "shadow" });
    expect([log.seq, log.since(seq).length]).toEqual([seq, 0]);
  });

  it("knows where somebody was by the id of the last event", () => {
    const log = new EventLog();
    log.note("gateway", "", { killed: false });
    const [{ id } = { id: "" }] = eventsIn(log.snapshot());
    log.note("gateway", "", { killed: true });
    const position = log.positionOf(id);
    expect(position).toBe(1);
    expect(eventsIn(log.since(position!))).toMatchObject([{ event: "gateway", data: { killed: true } }]);
  });

  it.each([undefined, "", "x", "-1", "1", "0123456789ab-1"])("knows nobody who was at %j", (id) => {
    const log = new EventLog();
    log.note("gateway", "", {});
    expect(log.positionOf(id)).toBeNull();
  });

  it("knows nobody from before it was cleared, nor from its own future", () => {
    const log = new EventLog();
    log.note("gateway", "", { n: 1 });
    const [{ id } = { id: "" }] = eventsIn(log.snapshot());
    expect(log.positionOf(id.replace(/1$/, "2"))).toBeNull();
    log.clear();
    log.note("gateway", "", { n: 1 });
    expect(log.positionOf(id)).toBeNull();
  });
});
