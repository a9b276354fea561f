import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { explain } from "../../../gateway/admin/explain.ts";
import { Refusal, REFUSALS } from "../../../gateway/admin/refusal.ts";
import { statusOf } from "../../../gateway/admin/status.ts";
import { CliError } from "../../../gateway/cli/answer.ts";
import { changedText } from "../../../gateway/cli/changed-text.ts";
import { percentArgument, whoAmI } from "../../../gateway/cli/command-options.ts";
import { envelope } from "../../../gateway/cli/envelope.ts";
import { explanationText } from "../../../gateway/cli/explain.ts";
import { failure } from "../../../gateway/cli/failure.ts";
import { nodeProblem } from "../../../gateway/cli/node-version.ts";
import { PLAIN_SCREEN, table } from "../../../gateway/cli/screen.ts";
import { routeText, statusText } from "../../../gateway/cli/status-text.ts";
import type { Counters, RouteCounts } from "../../../gateway/telemetry/counters.ts";
import { fakeParts, FROZEN, ROUTES, tableOf } from "../admin/fake-parts.ts";

const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
const HOSTILE = "\x1b[2J\u009b\u202Eevil\r\n";

describe("a table", () => {
  it("is cut to the screen at its widest column", () => {
    const text = table(
      ["ID", "WHAT"],
      [
        ["a", "x".repeat(200)],
        ["b".repeat(20), "y"],
      ],
      PLAIN_SCREEN,
    );
    expect(widest(text)).toBe(80);
    expect(text).toContain("b".repeat(20));
    expect(text).toContain("…");
  });

  it("lets no cell move the cursor", () => {
    const text = table(["A"], [[HOSTILE]], PLAIN_SCREEN);
    expect(text.split("\n")).toHaveLength(2);
    expect(text.replace("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("aligns painted cells by what is seen of them", () => {
    const screen = { columns: 80, paint: (_: string, text: string) => `<${text}>` };
    const text = table(
      ["A", "B"],
      [
        [{ text: "x", style: "red" }, "1"],
        ["yyy", "2"],
      ],
      screen,
    );
    expect(text.split("\n").slice(1)).toEqual(["<x  >  1", "yyy  2"]);
  });
});

const UNKNOWN = { succeededAt: null, failedAt: null };
const TRAFFIC: RouteCounts = {
  requests: 123_456,
  breakerOpenedAt: null,
  copyBreakerOpenedAt: null,
  lastMinute: 1200,
  lastFiveMinutes: 6000,
  perMinute: 1200,
  answeredBy: { legacy: 100_000, function: 23_455, gateway: 1 },
  withoutKey: 34,
  fallbacks: { timeout: 12 },
  problems: { "504": 1 },
  legacy: { answered: 5, serverErrors: 0, failed: {}, p50Ms: 12.34, p99Ms: 180.4, ...UNKNOWN },
  function: {
    answered: 5,
    serverErrors: 3,
    failed: { throttled: 1200 },
    p50Ms: 1.26,
    p99Ms: 2900,
    ...UNKNOWN,
  },
  shadow: { compared: {}, dropped: {} },
  invocations: {
    sampled: 57,
    cold: { count: 3, p50Ms: 410, p99Ms: 820.5, startP50Ms: 290 },
    warm: { count: 54, p50Ms: 12, p99Ms: 40 },
    meanBilledMs: 21,
    memory: { sizeMb: 256, peakUsedMb: 96, headroomPercent: 62.5 },
    version: "7",
  },
};

describe("the status", () => {
  it("fits 80 columns with everything going wrong at once", async () => {
    const { parts, flags } = await fakeParts({
      breakers: () => [{ routeId: "get-order", side: "function", state: "half-open" }],
      counters: { of: () => TRAFFIC },
    });
    flags.set({
      version: "7",
      routes: new Map([["get-order", { stage: "canary", percent: 12.5 }]]),
      killed: true,
    });
    const text = statusText(statusOf(parts), PLAIN_SCREEN);
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text).toContain("KILL SWITCH ON");
    expect(text).toContain("breaker half-open: get-order, function");
    expect(text).toMatch(/get-order +canary 12.5 % +1200 +12\/180 +1\.3\/2900 +1203 +12$/m);
  });

  it("tells cold starts and cost where there is room for them", async () => {
    const { parts } = await fakeParts({ counters: { of: () => TRAFFIC } });
    const text = statusText(statusOf(parts), { ...PLAIN_SCREEN, columns: 120 });
    expect(text).toMatch(/ COLD +\$\/MONTH +ERRORS/);
    expect(text).toMatch(/create-order .* 3\/57 +15\.11 +1203/);
  });

  describe("of legacy", () => {
    const now = FROZEN.now();
    const legacy = (succeededAt: number | null, failedAt: number | null): RouteCounts => {
      return { ...TRAFFIC, legacy: { ...TRAFFIC.legacy, succeededAt, failedAt } };
    };
    const told = async (of: Counters["of"], open: readonly string[] = []) => {
      const { parts } = await fakeParts({
        counters: { of },
        breakers: () => open.map((routeId) => ({ routeId, side: "legacy", state: "open" })),
      });
      const status = statusOf(parts);
      const [first, second] = statusText(status, PLAIN_SCREEN).split("\n");
      return { state: status.legacy?.state, first, second };
    };

    it("is beside readiness, which says nothing of it", async () => {
      expect(await told(() => legacy(now, null))).toMatchObject({
        first: "flags 1 · ready · legacy answers",
      });
      expect(await told(() => legacy(now - 40_000, now))).toEqual({
        state: "fails",
        first: "flags 1 · ready · legacy: only failures and 5xx for 40 seconds",
        second: 'LEGACY FAILS: "ready" only says that the gateway takes requests',
      });
      expect(await told(() => legacy(null, now))).toMatchObject({
        first: "flags 1 · ready · legacy: only failures and 5xx since the start",
      });
    });

    it("names where its breaker is open, and fails nowhere while anybody gets answers", async () => {
      expect(await told(() => legacy(now, null), ["get-order"])).toMatchObject({
        state: "fails-partly",
        first: "flags 1 · ready · legacy: breaker not closed: get-order",
      });
      const one = (id: string | null) => (id === "get-order" ? legacy(null, now) : legacy(now - 5_000, null));
      expect(await told(one)).toMatchObject({ state: "answers" });
    });

    it("is not blamed for what nobody asked lately", async () => {
      const quiet = legacy(now - 800_000, now - 700_000);
      expect(await told(() => quiet)).toMatchObject({ state: "not-asked", first: "flags 1 · ready" });
    });
  });

  it("leaves out columns in which no route has anything to say", async () => {
    const { parts } = await fakeParts();
    const text = statusText(statusOf(parts), PLAIN_SCREEN);
    expect(text).not.toMatch(/breaker|FALLBACKS|ERRORS/);
    expect(text).toContain("flags 1 · ready");
  });

  it("says what the flags' problem is, without letting it write on the terminal", async () => {
    const { parts, flags } = await fakeParts({ readiness: () => ({ ready: false, reasons: ["draining"] }) });
    flags.fail(`cannot read ${HOSTILE}`);
    const text = statusText(statusOf(parts), PLAIN_SCREEN);
    expect(text).toContain("not ready: draining");
    expect(text).toContain("flags are not fresh: cannot read \\u{1b}[2J");
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("says what is wrong with a routes.yaml that is not in use", async () => {
    const { parts } = await fakeParts({ configProblem: () => `routes.yaml:3:1: ${HOSTILE}` });
    const text = statusText(statusOf(parts), PLAIN_SCREEN);
    expect(text).toContain("routes.yaml was rejected");
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("tells everything about one route", async () => {
    const { parts } = await fakeParts({ counters: { of: () => TRAFFIC } });
    const status = statusOf(parts, "create-order");
    const text = routeText(status.routes[0]!, status, PLAIN_SCREEN);
    expect(text).toMatch(/function +create-order:7/);
    expect(text).toMatch(/fallbacks +timeout 12/);
    expect(text).toMatch(/cold starts +3 of 57 sampled, p50\/p99 ms 410\/821 \(start 290\); warm 12\/40/);
    // 1,200 a minute are 52.56 million in 730 hours: 10.51 for the requests, and 275,940 GB-seconds of a quarter GB.
    expect(text).toMatch(/cost at 100 % +\$15\.11 a month at 1200\.0 requests a minute \(\$0\.29 a million/);
    expect(text).toMatch(/memory +96 of 256 MB used at most, 63 % to spare/);
    expect(text).toMatch(/function side +5 answered, 3 with 5xx, failed: throttled 1200/);
  });

  it("says where requests go when there are no routes", async () => {
    const { parts } = await fakeParts();
    const none = tableOf(ROUTES.slice(0, ROUTES.indexOf("routes:")) + "routes: {}\n");
    expect(statusText(statusOf({ ...parts, table: () => none }), PLAIN_SCREEN)).toContain(
      "everything goes to legacy",
    );
  });
});

describe("an explanation for people", () => {
  it("shows hostile params as text", async () => {
    const { parts } = await fakeParts();
    const explanation = explain({ method: "GET", url: "/api/orders/%1b%5b2J%e2%80%ae", headers: [] }, parts);
    const text = explanationText(explanation, PLAIN_SCREEN);
    expect(text).toContain("id = \\u{1b}[2J\\u{202e}");
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe("a change for people", () => {
  const move = {
    route: "a",
    from: { stage: "shadow", percent: null },
    to: { stage: "canary", percent: 5 },
  } as const;
  const flipped = {
    made: true,
    dryRun: false,
    previousVersion: "1",
    version: "2",
    killed: false,
    moves: [move],
    effects: [],
    notes: [],
  };

  it("is from where to where", () => {
    expect(changedText(flipped, PLAIN_SCREEN)).toBe("a  shadow  →  canary 5 %\nflags 1 → 2");
  });

  it("says what it means", () => {
    const text = changedText({ ...flipped, effects: ["a: 5 % of its clients move"] }, PLAIN_SCREEN);
    expect(text).toContain("\na: 5 % of its clients move\nflags 1 → 2");
  });

  it("says when it was none", () => {
    expect(changedText({ ...flipped, made: false, dryRun: true }, PLAIN_SCREEN)).toContain(
      "nothing was written",
    );
    expect(changedText({ ...flipped, made: false, moves: [] }, PLAIN_SCREEN)).toContain("nothing to change");
    expect(changedText({ ...flipped, killed: true }, PLAIN_SCREEN)).toContain("the kill switch is on");
  });
});

describe("the envelope", () => {
  it("is one line of pure JSON that loses nothing", () => {
    const data = { text: `${HOSTILE}\u2028\u{e0001}ü` };
    const line = envelope("status", { data, text: "ignored" });
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    expect(JSON.parse(line)).toEqual({
      schemaVersion: 1,
      command: "status",
      ok: true,
      verdict: "ok",
      exitCode: 0,
      data,
      problems: [],
    });
  });
});

describe("a failure", () => {
  it("has the exit code of its kind", () => {
    const codes = REFUSALS.map((kind) => [kind, failure(new Refusal(kind, "no")).exitCode]);
    expect(Object.fromEntries(codes)).toEqual({
      "bad-request": 2,
      "unknown-route": 2,
      "invalid-flags": 2,
      failed: 4,
      "not-ready": 4,
      "not-audited": 4,
      "not-written": 4,
      "not-legal": 5,
      "not-proven": 5,
      conflict: 5,
      busy: 5,
    });
    expect(failure(new CliError(4, [{ message: "gone" }]))).toMatchObject({
      exitCode: 4,
      problems: [{ message: "gone" }],
    });
  });

  it("keeps the stack of a bug", () => {
    expect(failure(new TypeError("oops")).problems?.[0]?.message).toMatch(
      /this is a bug: TypeError: oops\n +at /,
    );
  });
});

describe("the Node.js check", () => {
  it("asks for what package.json asks for", () => {
    const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
    const least = /"node": ">=([0-9.]+)"/.exec(text)![1]!;
    expect(nodeProblem("18.0.0")).toContain(`needs Node.js ${least} or newer, and this is 18.0.0`);
    expect(nodeProblem(process.versions.node)).toBeNull();
  });

  it.each([
    ["24.15.0", true],
    ["24.14.9", false],
    ["24.100.0", true],
    ["25.0.0", true],
    ["9.99.0", false],
  ])("compares numbers, not text: %s", (version, fits) => {
    expect(nodeProblem(version, ">=24.15") === null).toBe(fits);
  });
});

describe("arguments", () => {
  it("read percentages as people write them", () => {
    expect(["25", "0.5", "100%"].map(percentArgument)).toEqual([25, 0.5, 100]);
    for (const text of ["", "x", "-1", "1e3", "5 %%", "1,5"]) {
      expect(() => percentArgument(text)).toThrow(InvalidArgumentError);
    }
  });

  it("sign changes as user@host", () => {
    expect(whoAmI()).toMatch(/^[^@]+@[^@]+$/);
  });
});
