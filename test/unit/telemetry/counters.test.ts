import { describe, expect, it } from "vitest";
import { counters } from "../../../gateway/telemetry/counters.ts";
import { recentLatency } from "../../../gateway/telemetry/recent-latency.ts";
import { silentTelemetry } from "../../../gateway/telemetry/silent.ts";
import { tee } from "../../../gateway/telemetry/tee.ts";
import type { RequestFinished } from "../../../gateway/telemetry/telemetry.ts";
import { UpstreamError } from "../../../gateway/upstreams/upstream.ts";
import { aRequest } from "../../support/requests.ts";
import { tableOf, ROUTES } from "../admin/fake-parts.ts";

function aClock() {
  let elapsedMs = 0;
  return { now: () => 0, elapsed: () => elapsedMs, advance: (ms: number) => void (elapsedMs += ms) };
}

const MINUTE_MS = 60_000;
const route = tableOf(ROUTES).routes[0]!;
const request = aRequest();

function finished(parts: Partial<RequestFinished> = {}): RequestFinished {
  return {
    request,
    route,
    decision: {
      primary: "function",
      shadow: null,
      reason: "stage-cutover",
      stage: "cutover",
      bucket: null,
      flagVersion: "1",
    },
    answeredBy: "function",
    fallbackFrom: null,
    status: 200,
    delivery: "complete",
    durationMs: 1,
    ...parts,
  };
}

describe("counters", () => {
  it("count a route's requests by who answered, fallbacks by cause, and problems by status", () => {
    const counted = counters(aClock());
    counted.telemetry.requestFinished(finished());
    counted.telemetry.requestFinished(finished({ answeredBy: "legacy", fallbackFrom: "timeout" }));
    counted.telemetry.requestFinished(finished({ answeredBy: "legacy", fallbackFrom: "timeout" }));
    counted.telemetry.requestFinished(finished({ answeredBy: "gateway", status: 504 }));
    counted.telemetry.requestFinished(finished({ route: null, answeredBy: "legacy" }));
    expect(counted.of(route.id)).toMatchObject({
      requests: 4,
      answeredBy: { legacy: 2, function: 1, gateway: 1 },
      fallbacks: { timeout: 2 },
      problems: { "504": 1 },
    });
    expect(counted.of(null)).toMatchObject({ requests: 1 });
    expect(counted.of("another")).toMatchObject({ requests: 0, lastMinute: 0, function: { p50Ms: null } });
  });

  it("know when a side last succeeded and failed, and hold what a client did against nobody", () => {
    let now = 1_000;
    const clock = { now: () => now, elapsed: () => 0 };
    const [worker, whole] = [counters(clock), counters(clock)];
    const of = { request, route, side: "legacy", durationMs: 1 } as const;
    const answer = { status: 200, reason: "", headers: [], body: Buffer.alloc(0) };
    const failed = (kind: "refused" | "client-gone") =>
      worker.telemetry.upstreamFailed({ ...of, error: new UpstreamError(kind, "no") });
    const known = () => {
      whole.add(structuredClone(worker.take()));
      const { succeededAt, failedAt } = whole.of(route.id).legacy;
      return [succeededAt, failedAt];
    };
    failed("client-gone");
    expect(known()).toEqual([null, null]);
    worker.telemetry.upstreamAnswered({ ...of, answer, status: 404 });
    expect(known()).toEqual([1_000, null]);
    now = 2_000;
    failed("refused");
    expect(known()).toEqual([1_000, 2_000]);
    now = 3_000;
    worker.telemetry.upstreamAnswered({ ...of, answer, status: 503 });
    expect(known()).toEqual([1_000, 3_000]);
  });

  it("add up over processes: what is taken from some and added to one is what one would have counted", () => {
    const clock = aClock();
    const [first, second, whole, one] = Array.from({ length: 4 }, () => counters(clock));
    const answer = { status: 200, reason: "", headers: [], body: Buffer.alloc(0) };
    for (let i = 0; i < 100; i += 1) {
      for (const { telemetry } of [i % 3 === 0 ? first! : second!, one!]) {
        telemetry.requestFinished(
          finished(i % 10 === 0 ? { answeredBy: "legacy", fallbackFrom: "timeout" } : {}),
        );
        const status = i % 7 === 0 ? 503 : 200;
        telemetry.upstreamAnswered({ request, route, answer, side: "function", status, durationMs: 1 + i });
        telemetry.shadowed({
          route,
          candidate: "legacy",
          outcome: i % 2 === 0 ? "match" : "mismatch",
          reason: null,
          copy: null,
        });
        telemetry.shadowed({ route, candidate: "legacy", outcome: "dropped", reason: "rate", copy: null });
      }
      if (i % 25 === 0) for (const part of [first!, second!]) whole!.add(structuredClone(part.take()));
    }
    for (const part of [first!, second!]) whole!.add(structuredClone(part.take()));
    expect(whole!.of(route.id)).toEqual(one!.of(route.id));
    expect(whole!.of(route.id).function.p99Ms).toBeGreaterThan(90);
    expect([first!.take(), second!.take()]).toEqual([[], []]);
  });

  it("count those who stay on legacy only for want of a key", () => {
    const counted = counters(aClock());
    const { decision } = finished();
    for (const reason of ["canary-no-key", "rule-no-key", "canary-out"] as const) {
      counted.telemetry.requestFinished(finished({ decision: { ...decision, reason } }));
    }
    expect(counted.of(route.id)).toMatchObject({ requests: 3, withoutKey: 2 });
  });

  it("keep the sides apart", () => {
    const counted = counters(aClock());
    const answer = { status: 500, reason: "", headers: [], body: Buffer.alloc(0) };
    counted.telemetry.upstreamAnswered({
      request,
      route,
      side: "function",
      status: 500,
      durationMs: 40,
      answer,
    });
    counted.telemetry.upstreamAnswered({
      request,
      route,
      side: "legacy",
      status: 200,
      durationMs: 10,
      answer,
    });
    const error = new UpstreamError("throttled", "no");
    counted.telemetry.upstreamFailed({ request, route, side: "function", error, durationMs: 1 });
    const { function: ofFunction, legacy } = counted.of(route.id);
    expect(ofFunction).toMatchObject({ answered: 1, serverErrors: 1, failed: { throttled: 1 } });
    expect(legacy).toMatchObject({ answered: 1, serverErrors: 0, failed: {} });
    expect(legacy.p50Ms).toBeCloseTo(10, 0);
  });

  it("forget requests of the last minutes as time goes by, and the total never", () => {
    const clock = aClock();
    const counted = counters(clock);
    counted.telemetry.requestFinished(finished());
    clock.advance(2 * MINUTE_MS);
    counted.telemetry.requestFinished(finished());
    expect(counted.of(route.id)).toMatchObject({ requests: 2, lastMinute: 1, lastFiveMinutes: 2 });
    clock.advance(4 * MINUTE_MS);
    expect(counted.of(route.id)).toMatchObject({ requests: 2, lastMinute: 0, lastFiveMinutes: 1 });
    clock.advance(60 * MINUTE_MS);
    counted.telemetry.requestFinished(finished());
    expect(counted.of(route.id)).toMatchObject({ requests: 3, lastMinute: 1, lastFiveMinutes: 1 });
  });
});

describe("recent latency", () => {
  it("knows percentiles within 5 %, from 0.1 ms to 100 s", () => {
    for (const scale of [0.1, 1, 10, 100]) {
      const latency = recentLatency(aClock());
      for (let i = 1; i <= 1000; i++) latency.record(i * scale);
      expect(latency.percentileMs(0.5)! / (500 * scale)).toBeCloseTo(1, 1);
      expect(Math.abs(latency.percentileMs(0.99)! / (990 * scale) - 1)).toBeLessThan(0.05);
    }
  });

  it("takes any number", () => {
    const latency = recentLatency(aClock());
    for (const durationMs of [0, 0.01, 1e9]) latency.record(durationMs);
    expect(latency.percentileMs(1)).toBeGreaterThan(100_000);
    expect(latency.percentileMs(0)).toBeLessThan(0.1);
  });

  it("forgets what is older than two windows", () => {
    const clock = aClock();
    const latency = recentLatency(clock);
    latency.record(10);
    clock.advance(5 * MINUTE_MS);
    expect(latency.percentileMs(0.5)).toBeCloseTo(10, 0);
    clock.advance(5 * MINUTE_MS);
    expect(latency.percentileMs(0.5)).toBeNull();
  });
});

describe("tee", () => {
  it("tells every event to everyone, in order", () => {
    const heard: string[] = [];
    const listener = (name: string) => ({
      ...silentTelemetry,
      flagsRejected: ({ problem }: { problem: string }) => void heard.push(`${name} ${problem}`),
    });
    tee([listener("a"), listener("b")]).flagsRejected({ problem: "x" });
    expect(heard).toEqual(["a x", "b x"]);
  });

  it("leaves no event out", () => {
    const heard: string[] = [];
    const listener = new Proxy(silentTelemetry, { get: (_, name) => () => void heard.push(String(name)) });
    const events: unknown[] = Object.values(tee([listener]));
    for (const tell of events) if (typeof tell === "function") Reflect.apply(tell, null, [{}]);
    expect(heard).toEqual(Object.keys(silentTelemetry));
  });
});
