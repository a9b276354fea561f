import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { alwaysClosed } from "../../../gateway/breaker/always-closed.ts";
import type { Decision } from "../../../gateway/flags/decide.ts";
import { RequestBody } from "../../../gateway/http/body.ts";
import type { GatewayRequest } from "../../../gateway/http/request.ts";
import type { Route } from "../../../gateway/routes/route.ts";
import { Budget, type BudgetLimits } from "../../../gateway/shadow/budget.ts";
import { budgetedMirror, type MirrorParts } from "../../../gateway/shadow/budgeted-mirror.ts";
import type { DropReason } from "../../../gateway/shadow/drop-reason.ts";
import type { Pair } from "../../../gateway/shadow/judge.ts";
import { noRecorder, type Exchange, type Recorder } from "../../../gateway/shadow/recorder.ts";
import { sampling } from "../../../gateway/shadow/sampling.ts";
import { silentTelemetry } from "../../../gateway/telemetry/silent.ts";
import {
  UpstreamError,
  type Side,
  type Upstream,
  type UpstreamResponse,
} from "../../../gateway/upstreams/upstream.ts";
import { aRequest } from "../../support/requests.ts";
import { routeOf } from "../routes/route-of.ts";

const LIMITS: BudgetLimits = { concurrency: 4, bytes: 10_000, perSecond: 1000, lagMs: 100 };
const ROUTE = routeOf("* * /a");

let pairs: Pair[];
let dropped: DropReason[];
let sent: GatewayRequest[];
let budget: Budget;
beforeEach(() => {
  [pairs, dropped, sent] = [[], [], []];
  budget = new Budget(
    () => LIMITS,
    { elapsed: () => 0 },
    () => 0,
  );
});

const answer = (body: string | Readable, status = 200): UpstreamResponse => ({
  status,
  reason: "",
  headers: ["content-type", "text/plain"],
  body: typeof body === "string" ? Buffer.from(body) : body,
});

const answering = (make: () => UpstreamResponse | Promise<UpstreamResponse>): Upstream => ({
  name: "fake",
  send: async (request) => {
    sent.push(request);
    return make();
  },
});

function mirror(function_: Upstream, parts: Partial<MirrorParts> = {}) {
  return budgetedMirror({
    clock: { now: () => 1000, elapsed: () => 0 },
    telemetry: silentTelemetry,
    budget,
    sampling: sampling({ elapsed: () => 0 }),
    judge: {
      judge: async (pair) => {
        pairs.push(pair);
        return "match";
      },
      dropped: (_route, _side, reason) => void dropped.push(reason),
    },
    recorder: noRecorder,
    sides: () => ({ legacy: answering(() => answer("again")), function: function_, rehearsal: null }),
    breaker: () => alwaysClosed,
    bodyBytes: 1000,
    random: () => 0.99,
    ...parts,
  });
}

const decision = (shadow: Side | null): Decision => ({
  primary: shadow === "legacy" ? "function" : "legacy",
  shadow,
  reason: "stage-shadow",
  stage: "shadow",
  bucket: null,
  flagVersion: "1",
});

interface Passing {
  readonly request?: GatewayRequest;
  readonly route?: Route;
  readonly shadow?: Side | null;
  readonly body?: string | Readable;
  readonly by?: Side | "gateway";
  readonly complete?: boolean;
}

/** Lets a request pass as the gateway does; resolves when nothing is under way any more. */
async function pass(over: ReturnType<typeof mirror>, how: Passing = {}) {
  const { request = aRequest(), route = ROUTE, shadow = "function", body = "ok" } = how;
  const { by = "legacy", complete = true } = how;
  const copying = over.consider(request, route, decision(shadow));
  const response = answer(body);
  copying?.watch(response);
  if (!Buffer.isBuffer(response.body))
    await new Promise((resolve) => void (response.body as Readable).once("close", resolve));
  copying?.answered({ by, complete });
  await settled();
}

async function settled() {
  await expect.poll(() => budget.underWay).toBe(0);
  await turn();
}

describe("a mirror", () => {
  it("asks the other side once the client has its answer, and has both judged", async () => {
    const over = mirror(answering(() => answer("theirs")));
    const copying = over.consider(aRequest(), ROUTE, decision("function"))!;
    copying.watch(answer("ours"));
    await turn();
    expect(sent).toEqual([]);
    copying.answered({ by: "legacy", complete: true });
    await settled();
    expect(sent).toMatchObject([{ copy: "read" }]);
    expect(pairs).toMatchObject([
      {
        candidateSide: "function",
        primary: { status: 200, body: { bytes: Buffer.from("ours") } },
        candidate: { status: 200, body: { bytes: Buffer.from("theirs") } },
        secondary: null,
      },
    ]);
    expect(budget.heldBytes).toBe(0);
  });

  it("sees answers that flow, without changing them", async () => {
    await pass(mirror(answering(() => answer(Readable.from([Buffer.from("a"), Buffer.from("b")])))), {
      body: Readable.from([Buffer.from("one "), Buffer.from("two")], { objectMode: false }),
    });
    const [{ primary, candidate } = {}] = pairs;
    expect(primary).toMatchObject({ body: { bytes: Buffer.from("one two") } });
    expect(candidate).toMatchObject({ body: { bytes: Buffer.from("ab") } });
  });

  it.each(["GET", "POST"])(
    "sends the body of a %s that was streamed to the one who answered",
    async (method) => {
      const request = aRequest({
        method,
        body: RequestBody.from({
          stream: Readable.from([Buffer.from("x".repeat(9))], { objectMode: false }),
          length: 9,
        }),
      });
      const over = mirror(answering(() => answer("ok")));
      const route = { ...ROUTE, shadow: { ...ROUTE.shadow, writes: "dry-run" as const } };
      const copying = over.consider(request, route, decision("function"))!;
      let sentOn = "";
      for await (const chunk of request.body.stream()) sentOn += String(chunk);
      copying.watch(answer("ok"));
      copying.answered({ by: "legacy", complete: true });
      await settled();
      expect(sentOn).toBe("x".repeat(9));
      expect(await sent[0]!.body.whole(100)).toEqual(Buffer.from("x".repeat(9)));
    },
  );

  it("asks legacy a second time where that is due", async () => {
    await pass(
      mirror(
        answering(() => answer("theirs")),
        { random: () => 0 },
      ),
    );
    expect(pairs).toMatchObject([{ secondary: { body: { bytes: Buffer.from("again") } } }]);
    expect(sent).toHaveLength(2);
  });

  it("takes a failure for what was observed", async () => {
    const failing = answering(() => Promise.reject(new UpstreamError("throttled", "too many")));
    await pass(mirror(failing));
    expect(pairs).toMatchObject([{ candidate: { kind: "failed", failure: "throttled" } }]);
  });

  it("takes an answer that breaks off for a failure", async () => {
    const broken = () =>
      Readable.from(
        (async function* () {
          yield Buffer.from("half");
          throw new Error("reset");
        })(),
      );
    await pass(mirror(answering(() => answer(broken()))));
    expect(pairs).toMatchObject([{ candidate: { kind: "failed", failure: "reset" } }]);
    expect(budget.heldBytes).toBe(0);
  });

  it("gives up an answer that drips for ever", async () => {
    const dripping = () => new Readable({ read: () => undefined });
    const route = { ...ROUTE, shadow: { ...ROUTE.shadow, timeoutMs: 30 } };
    await pass(mirror(answering(() => answer(dripping()))), { route });
    expect(pairs).toMatchObject([{ candidate: { kind: "failed", failure: "timeout" } }]);
  });
});

describe("no copy is made, and why is counted,", () => {
  const dead = answering(() => answer("never"));
  const cases: readonly [DropReason, Passing, Partial<MirrorParts>?][] = [
    ["loop", { request: aRequest({ method: "GET", copy: "read" }) }],
    ["write-undeclared", { request: aRequest({ method: "POST" }) }],
    ["write-to-legacy", { request: aRequest({ method: "POST" }), shadow: "legacy", by: "function" }],
    ["sampled-out", { route: { ...ROUTE, shadow: { ...ROUTE.shadow, percent: 0 } } }],
    ["stood-in", { by: "function" }],
    ["stood-in", { by: "gateway" }],
    ["incomplete", { complete: false }],
    ["breaker-open", {}, { breaker: () => ({ state: "open", admit: () => null }) }],
    ["no-target", {}, { sides: () => null }],
    ["bytes", { body: "x".repeat(900) }],
    [
      "body-unread",
      {
        request: aRequest({
          body: RequestBody.from({ stream: new Readable({ read: () => undefined }), length: 5 }),
        }),
      },
    ],
    ["body-too-large", { request: aRequest({ body: RequestBody.of(Buffer.alloc(1001)) }) }],
  ];

  it.each(cases)("%s", async (reason, how, parts) => {
    if (reason === "bytes") budget.hold(LIMITS.bytes - 800);
    const held = budget.heldBytes;
    await pass(mirror(dead, parts), how);
    expect(dropped).toEqual([reason]);
    expect(pairs).toEqual([]);
    expect(budget.heldBytes).toBe(held);
  });

  it("and not at all where nobody is shadowed", async () => {
    await pass(mirror(dead), { shadow: null });
    expect([sent, dropped]).toEqual([[], []]);
  });

  it("when too many are under way already", async () => {
    const over = mirror(answering(() => answer("ok")));
    const open = Array.from({ length: 6 }, () => over.consider(aRequest(), ROUTE, decision("function")));
    expect(open.map((copying) => copying === null)).toEqual([false, false, false, false, true, true]);
    expect(dropped).toEqual(["concurrency", "concurrency"]);
    for (const copying of open) copying?.answered({ by: "gateway", complete: true });
    await settled();
  });
});

describe("a recorder", () => {
  const recorded: Exchange[] = [];
  const missed: DropReason[] = [];
  const asked: { readonly route: string | null; readonly isKeptWrite: boolean }[] = [];
  type Wants = (isKeptWrite: boolean) => boolean;
  const recorder = (wants: Wants): Recorder => ({
    take: (_request, route, isKeptWrite) => {
      asked.push({ route: route?.id ?? null, isKeptWrite });
      if (!wants(isKeptWrite)) return null;
      return {
        record: (exchange) => void recorded.push(exchange),
        missed: (reason) => void missed.push(reason),
      };
    },
  });
  beforeEach(() => {
    recorded.length = 0;
    missed.length = 0;
    asked.length = 0;
  });
  const over = (wants: Wants, function_ = answering(() => answer("theirs"))) =>
    mirror(function_, { recorder: recorder(wants) });

  it("gets what passes with its answer, copied or not, with a route or without", async () => {
    const recording = over(() => true);
    await pass(recording, { body: "ours" });
    await pass(recording, { body: Readable.from([Buffer.from("flowing")]), shadow: null });
    const copying = recording.consider(aRequest(), null, decision(null))!;
    copying.watch(answer("no route"));
    copying.answered({ by: "legacy", complete: true });
    await settled();
    expect(recorded.map(({ route, answer: { body } }) => [route?.id ?? null, body.bytes.toString()])).toEqual(
      [
        [ROUTE.id, "ours"],
        [ROUTE.id, "flowing"],
        [null, "no route"],
      ],
    );
    expect(pairs).toHaveLength(1);
    expect(budget.heldBytes).toBe(0);
  });

  it("is told which writes are kept in place of being copied, and who answered", async () => {
    const route = { ...ROUTE, shadow: { ...ROUTE.shadow, writes: "record" as const } };
    const request = aRequest({ method: "POST", body: RequestBody.of(Buffer.from("order")) });
    await pass(
      over((isKeptWrite) => isKeptWrite),
      { route, request, by: "gateway" },
    );
    expect(recorded).toMatchObject([{ by: "gateway", body: Buffer.from("order") }]);
    expect(dropped).toEqual(["write-recorded"]);
    expect(sent).toEqual([]);
  });

  it("is told what it misses", async () => {
    const recording = over(() => true);
    await pass(recording, { complete: false });
    await pass(recording, { body: "x".repeat(20_000) });
    for (let taken = 0; taken < LIMITS.concurrency; taken++) budget.enter();
    expect(recording.consider(aRequest(), ROUTE, decision(null))).toBeNull();
    for (let taken = 0; taken < LIMITS.concurrency; taken++) budget.leave();
    expect(missed).toEqual(["incomplete", "concurrency"]);
    expect(recorded).toMatchObject([{ answer: { body: { length: 20_000 } } }]);
  });

  it("never sees copies, and costs nothing while it wants nothing", async () => {
    const recording = over(() => false);
    expect(recording.consider(aRequest(), ROUTE, decision(null))).toBeNull();
    expect(recording.consider(aRequest({ copy: "read" }), ROUTE, decision(null))).toBeNull();
    expect(asked).toEqual([{ route: ROUTE.id, isKeptWrite: false }]);
    expect(budget.underWay).toBe(0);
  });
});
