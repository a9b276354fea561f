import { ask, askMany, steadily, Tally } from "../asking.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs } from "../trial.ts";
import { DEADLINE_MS, legacyRoutes } from "./legacy-routes.ts";
import { inTurn, p99Text } from "./rounds.ts";

const refused: Scenario = {
  number: "F1",
  fault: "legacy refuses connections",
  hold: "502 at once, other routes unmoved, back by itself",
  async run(trial) {
    const { way, gateway } = await legacyRoutes(trial);
    const { port } = gateway;
    const during = new Tally();
    const beside = await inTurn(trial, { port, path: "/beside" }, async (isFaulty) => {
      if (isFaulty) await way.order({ kind: "refuse" });
      const asking = steadily(() => ({ port, path: "/orders" }), 4, 10, isFaulty ? during : new Tally());
      return async () => {
        await asking.stop();
        await way.order({ kind: "none" });
      };
    });
    trial.must(`each is a 502: ${during.text}`, during.only(502));
    trial.figure(`${during.text}, median ${during.ms(0.5).toFixed(1)} ms`);
    trial.must("the other route answers", beside.with.only(200));
    trial.must("legacy answers again", (await ask({ port, path: "/orders" })).outcome === 200);
    trial.figure(`other route: ${p99Text(beside)}`);
  },
};

const slow: Scenario = {
  number: "F2",
  fault: "legacy takes connections and says nothing",
  hold: "504 at the deadline ± 250 ms, other routes unmoved; behind a breaker 503 at once from some point on",
  async run(trial) {
    const { way, gateway } = await legacyRoutes(trial);
    const { port } = gateway;
    const during = new Tally();
    const beside = await inTurn(trial, { port, path: "/beside" }, async (isFaulty) => {
      if (isFaulty) await way.order({ kind: "black-hole" });
      const asking = steadily(() => ({ port, path: "/orders" }), 8, 10, isFaulty ? during : new Tally());
      return async () => {
        await asking.stop();
        await way.order({ kind: "none" });
      };
    });
    const late = during.all.map(({ ms }) => ms - DEADLINE_MS).toSorted((a, b) => a - b);
    trial.must(`each is a 504: ${during.text}`, during.only(504));
    trial.must("none before the deadline", late[0]! > -50);
    trial.must("none hangs", late.at(-1)! < 10 * DEADLINE_MS);
    trial.figure(`${during.text}, ${inMs(late[0]!)} to ${inMs(late.at(-1)!)} after the deadline`);
    trial.must("the other route answers", beside.with.only(200));
    trial.figure(`other route: ${p99Text(beside)}`);
    await way.order({ kind: "black-hole" });
    const guarded = await askMany(40, 4, () => ({ port, path: "/guarded" }));
    trial.must(`the breaker opens: ${guarded.text}`, guarded.only(504, 503) && guarded.count(503) > 0);
    trial.figure(`with a breaker: ${guarded.text}`);
    await way.order({ kind: "none" });
    const closedAgain = await eventually(async () => (await ask({ port, path: "/guarded" })).outcome === 200);
    trial.must("the breaker closes again", closedAgain !== null);
    trial.figure(`closed ${inMs(closedAgain)} after legacy was back`);
  },
};

const BODY_BYTES = 400_000;

const cutShort: Scenario = {
  number: "F3",
  fault: "legacy resets in the middle of an answer, sized or chunked; or half-closes",
  hold: "cut short for the client, never a whole answer; the next one is whole",
  async run(trial) {
    const { way, gateway, monolith } = await legacyRoutes(trial, "");
    const { port } = gateway;
    for (const kind of ["reset", "half-close"] as const) {
      for (const path of [`/bytes?n=${BODY_BYTES}`, `/chunks?n=${BODY_BYTES}`]) {
        await way.order({ kind, afterBytes: 150_000 });
        const cut = await askMany(trial.pick(8, 100), 4, () => ({ port, path }));
        await way.order({ kind: "none" });
        const next = await ask({ port, path });
        // A connection that has carried less than that passes whole; the pool's are new after each cut.
        trial.must(`${kind} ${path}: each is cut: ${cut.text}`, cut.only("cut"));
        trial.must("the next is whole", next.outcome === 200 && next.bytes >= BODY_BYTES);
        trial.figure(`${kind}, ${path.slice(1, path.indexOf("?"))}: ${cut.text}`);
      }
    }
    await way.order({ kind: "reset", afterBytes: 0 });
    const ids = Array.from({ length: trial.pick(8, 50) }, (_, i) => `w${i}`);
    const writes = await askMany(ids.length, 4, (n) => ({
      port,
      path: "/orders",
      method: "POST",
      body: "{}",
      headers: { "x-id": ids[n]! },
    }));
    trial.must(`an unanswered write is a 502: ${writes.text}`, writes.only(502));
    trial.must("none was written twice", new Set(monolith.wrote).size === monolith.wrote.length);
    trial.figure(`POST, reset after it was done: ${writes.text}, done twice: 0`);
  },
};

const corrupt: Scenario = {
  number: "F4",
  fault: "legacy's answers come with turned bits, or byte by byte",
  hold: "a broken head is a 502 and its connection is not used again; slow bytes arrive whole",
  async run(trial) {
    const { way, gateway } = await legacyRoutes(trial);
    const { port } = gateway;
    const question = () => ({ port, path: "/orders" });
    const broken = { head: 0, later: 40 };
    for (const [where, afterBytes] of Object.entries(broken)) {
      await way.order({ kind: "corrupt", afterBytes });
      const asked = await askMany(trial.pick(8, 100), 4, question);
      trial.must(`${where}: 502: ${asked.text}`, asked.only(502));
      trial.figure(`turned from byte ${afterBytes} on: ${asked.text}`);
    }
    await way.order({ kind: "none" });
    const after = await askMany(20, 4, question);
    trial.must(`whole again: ${after.text}`, after.only(200));
    await way.order({ kind: "delay", ms: 50 });
    const delayed = await askMany(8, 4, question);
    await way.order({ kind: "throttle", bytesPerSecond: 400_000 });
    const throttled = await askMany(4, 2, () => ({ port, path: `/bytes?n=${BODY_BYTES}` }));
    trial.must(`late: ${delayed.text}`, delayed.only(200));
    const whole = throttled.only(200) && throttled.all.every(({ bytes }) => bytes === BODY_BYTES);
    trial.must(`slow: ${throttled.text}`, whole);
    trial.figure(`50 ms later: ${delayed.text}; 400 KB/s: ${throttled.text}`);
  },
};

export const legacyScenarios: readonly Scenario[] = [refused, slow, cutShort, corrupt];
