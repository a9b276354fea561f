import request from "supertest";
import { describe, expect, it } from "vitest";
import { status } from "../../../gateway/admin/status-contract.ts";
import { AuditError } from "../../../gateway/audit/audit-log.ts";
import { adminApp } from "../../../gateway/admin/server.ts";
import { StoreError } from "../../../gateway/store/evidence-store.ts";
import { FROZEN, fakeParts, tableOf } from "./fake-parts.ts";
import { prove } from "../../support/proven-routes.ts";
import { containing } from "../cli/text-matchers.ts";

async function anApi(...args: Parameters<typeof fakeParts>) {
  const fake = await fakeParts(...args);
  return { ...fake, api: request(adminApp(fake.parts)) };
}

const FLIP = { route: "get-order", stage: "canary", percent: 25, reason: "why not", by: "ann@desk" };

describe("liveness and readiness", () => {
  it("say that the process lives", async () => {
    const { api } = await anApi();
    expect((await api.get("/healthz")).body).toEqual({ alive: true, version: "1.2.3" });
  });

  it("say why requests should go elsewhere while it drains", async () => {
    const { api } = await anApi({ readiness: () => ({ ready: false, reasons: ["draining"] }) });
    const answer = await api.get("/readyz");
    expect([answer.status, answer.body]).toEqual([
      503,
      { ready: false, reasons: ["draining"], degraded: [] },
    ]);
    expect((await api.get("/healthz")).status).toBe(200);
  });

  it("stay ready with flags that cannot be read, and show it", async () => {
    const { api, flags } = await anApi();
    flags.fail("flags.yaml:3:1: no");
    const answer = await api.get("/readyz");
    expect([answer.status, answer.body]).toEqual([
      200,
      { ready: true, reasons: [], degraded: ["flags.yaml:3:1: no"] },
    ]);
  });
});

describe("POST /api/flip", () => {
  it("flips, signed, on the version that it was judged by, and tells", async () => {
    const { api, changes, told } = await anApi();
    const answer = await api.post("/api/flip").send(FLIP);
    expect(answer.body).toEqual({
      made: true,
      dryRun: false,
      previousVersion: "1",
      version: "2",
      killed: false,
      effects: ["get-order: 25 % of its clients move to the function; no requests came lately"],
      notes: [],
      moves: [
        {
          route: "get-order",
          from: { stage: "shadow", percent: null },
          to: { stage: "canary", percent: 25 },
        },
      ],
    });
    expect(changes).toEqual([
      {
        routeId: "get-order",
        stage: "canary",
        percent: 25,
        until: null,
        by: "ann@desk",
        reason: "why not",
        expectVersion: "1",
      },
    ]);
    expect(told).toEqual([{ by: "ann@desk", change: "get-order: shadow → canary 25 %", made: true }]);
  });

  it("changes nothing in a dry run", async () => {
    const { api, changes } = await anApi();
    const answer = await api.post("/api/flip").send({ ...FLIP, dryRun: true });
    expect(answer.body).toMatchObject({
      made: false,
      dryRun: true,
      version: "1",
      moves: [{ route: "get-order" }],
    });
    expect(changes).toEqual([]);
  });

  it("makes no new version when the route is there already", async () => {
    const { api, changes } = await anApi();
    const answer = await api.post("/api/flip").send({ route: "get-order", stage: "shadow", reason: "again" });
    expect(answer.body).toMatchObject({ made: false, version: "1", moves: [] });
    expect(changes).toEqual([]);
  });

  it("answers 409 with who and when after somebody else's change", async () => {
    const { api, told } = await anApi();
    const answer = await api.post("/api/flip").send({ ...FLIP, expectVersion: "0" });
    expect([answer.status, answer.type]).toEqual([409, "application/problem+json"]);
    expect(answer.body).toEqual({
      type: "urn:banyan:problem:conflict",
      title: "Conflict",
      status: 409,
      detail: "at version 1, made by bob at noon",
      next: "banyan status",
    });
    expect(told).toMatchObject([{ made: false }]);
  });

  it("answers 422 in words to what the ladder forbids", async () => {
    const { api } = await anApi();
    const skipping = await api.post("/api/flip").send({ route: "any-order", stage: "cutover", reason: "x" });
    expect(skipping).toMatchObject({ status: 422, body: { detail: containing("skips a rung") } });
    const bare = await api.post("/api/flip").send({ ...FLIP, percent: undefined });
    expect(bare).toMatchObject({ status: 422, body: { detail: containing("canary needs a percentage") } });
  });

  it("skips rungs when forced", async () => {
    const { api } = await anApi();
    const forced = { route: "any-order", stage: "cutover", reason: "x", force: true };
    expect((await api.post("/api/flip").send(forced)).body).toMatchObject({ made: true });
  });

  it("answers 404 to an unknown route, with the one probably meant", async () => {
    const { api } = await anApi();
    const answer = await api.post("/api/flip").send({ ...FLIP, route: "get-oder" });
    expect(answer).toMatchObject({
      status: 404,
      body: { detail: 'there is no route "get-oder": did you mean get-order?' },
    });
  });

  it.each([
    [{ ...FLIP, reason: "  " }, "reason: say why"],
    [{ ...FLIP, stage: "shadwo" }, "stage: a stage is one of legacy, shadow"],
    [{ ...FLIP, precent: 5 }, "precent"],
    [[], "expected object"],
  ])("answers 400 to %j", async (body, detail) => {
    const { api, changes } = await anApi();
    const answer = await api.post("/api/flip").send(body);
    expect(answer).toMatchObject({ status: 400, body: { detail: containing(detail) } });
    expect(changes).toEqual([]);
  });

  it.each([
    ["busy", 503],
    ["invalid", 409],
    ["failed", 500],
  ] as const)("answers a writer that is %s with %i and its words", async (why, code) => {
    const { parts } = await fakeParts();
    const writer = { apply: async () => ({ made: false, why, message: "the reason" }) as const };
    const answer = await request(adminApp({ ...parts, writer }))
      .post("/api/flip")
      .send(FLIP);
    expect(answer).toMatchObject({ status: code, body: { detail: "the reason" } });
  });
});

describe("evidence that cannot be read", () => {
  it.each([
    [true, 503, "not-ready", "1"],
    [false, 500, "failed", undefined],
  ] as const)("answers (passes: %s) %i, and says so", async (mayPass, code, kind, retryAfter) => {
    const { parts } = await fakeParts();
    const broken = () => Promise.reject(new StoreError("not open yet", { mayPass }));
    const app = adminApp({ ...parts, evidence: { summaries: broken, samples: broken } });
    for (const path of ["/api/report", "/api/diffs"]) {
      const answer = await request(app).get(path);
      expect(answer).toMatchObject({
        status: code,
        body: { type: `urn:banyan:problem:${kind}`, detail: "the evidence cannot be read: not open yet" },
      });
      expect(answer.headers["retry-after"]).toBe(retryAfter);
    }
  });
});

describe("promote, rollback and kill", () => {
  it("promote one rung up", async () => {
    const { api } = await anApi();
    const answer = await api.post("/api/promote").send({ route: "get-order", percent: 5 });
    expect(answer.body).toMatchObject({ moves: [{ to: { stage: "canary", percent: 5 } }] });
  });

  it("roll a cutover back without a number", async () => {
    const { api, flags } = await anApi();
    flags.set({
      version: "1",
      routes: new Map([["get-order", { stage: "cutover", percent: 0 }]]),
      killed: false,
    });
    const answer = await api.post("/api/rollback").send({ route: "get-order" });
    expect(answer.body).toMatchObject({ moves: [{ to: { stage: "shadow", percent: null } }] });
  });

  it("roll every route back that is not at the bottom, all of them in one version", async () => {
    const { api, flags, changes } = await anApi();
    flags.set({
      version: "1",
      routes: new Map([["any-order", { stage: "canary", percent: 5 }]]),
      killed: false,
    });
    const answer = await api.post("/api/rollback").send({ all: true });
    expect(answer.body).toMatchObject({ previousVersion: "1", version: "2" });
    expect(changes).toMatchObject([
      {
        expectVersion: "1",
        moves: [
          { routeId: "get-order", stage: "legacy" },
          { routeId: "any-order", stage: "shadow" },
        ],
      },
    ]);
  });

  it.each([{}, { route: "get-order", all: true }, { all: false }])(
    "roll nothing back when it is not clear what: %j",
    async (body) => {
      const { api, changes } = await anApi();
      expect((await api.post("/api/rollback").send(body)).status).toBe(400);
      expect(changes).toEqual([]);
    },
  );

  it("kill without a reason, and whatever the version", async () => {
    const { api, flags, changes } = await anApi();
    expect((await api.post("/api/kill").send({ on: true })).body).toMatchObject({ made: true, killed: true });
    expect(flags.current().killed).toBe(true);
    expect(changes[0]).not.toHaveProperty("expectVersion");
    expect((await api.post("/api/kill").send({ on: true })).body).toMatchObject({
      made: false,
      killed: true,
    });
    expect((await api.post("/api/kill").send({ on: false })).body).toMatchObject({
      made: true,
      killed: false,
    });
  });
});

describe("GET /api/status", () => {
  it("shows where each route stands and who says so", async () => {
    const { api, flags } = await anApi({
      breakers: () => [{ routeId: "get-order", side: "function", state: "open" }],
      copyBreakers: () => [{ routeId: "get-order", side: "legacy", state: "half-open" }],
    });
    flags.set({
      version: "8",
      routes: new Map([["get-order", { stage: "canary", percent: 5 }]]),
      killed: true,
    });
    const body = status.parse((await api.get("/api/status")).body);
    expect(body.flags).toMatchObject({ version: "8", killed: true, fresh: true });
    expect(body.routes).toHaveLength(4);
    expect(body.routes[0]).toMatchObject({
      id: "get-order",
      match: "GET /api/orders/{id}",
      function: "get-order:live",
      stage: "canary",
      percent: 5,
      stageFrom: "flag",
      breakers: { function: "open", legacy: "closed", copies: "half-open" },
      traffic: { requests: 0 },
    });
    expect(body.routes[1]).toMatchObject({ stage: "legacy", percent: null, stageFrom: "routes.yaml" });
  });

  it("shows one route, or says that there is none of that name", async () => {
    const { api } = await anApi();
    expect((await api.get("/api/status?route=create-order")).body).toMatchObject({
      routes: [{ id: "create-order" }],
    });
    expect((await api.get("/api/status?route=nope")).status).toBe(404);
    expect((await api.get("/api/status?route=a&route=b")).status).toBe(400);
  });
});

describe("/api/explain", () => {
  it("answers the same to GET and POST", async () => {
    const { api } = await anApi();
    const asked = { method: "GET", url: "/api/orders/1?x=y", headers: [["x-user-id", "alice"]] };
    const posted = await api.post("/api/explain").send(asked);
    const got = await api
      .get("/api/explain")
      .query({ method: "GET", url: "/api/orders/1?x=y", header: "x-user-id: alice" });
    expect(got.body).toEqual(posted.body);
    expect(got.body).toMatchObject({ route: { id: "get-order", params: { id: "1" } }, side: "legacy" });
  });

  it.each(["?method=GET", "?url=/x&header=nocolon", "?url=/x&method=G%20T", "?url=/a/../b"])(
    "answers 400 to %s",
    async (query) => {
      const { api } = await anApi();
      expect((await api.get(`/api/explain${query}`)).status).toBe(400);
    },
  );
});

describe("elsewhere", () => {
  it("says what there is", async () => {
    const { api } = await anApi();
    const answer = await api.get("/nowhere");
    expect([answer.status, answer.type]).toEqual([404, "application/problem+json"]);
    expect(answer.body).toMatchObject({ detail: containing("/api/status") });
  });

  it("keeps a bug's words to the log", async () => {
    const { parts } = await fakeParts();
    const unexpected: unknown[] = [];
    const table = () => {
      throw new TypeError("secret");
    };
    const telemetry = {
      ...parts.telemetry,
      unexpected: ({ error }: { error: unknown }) => void unexpected.push(error),
    };
    const answer = await request(adminApp({ ...parts, table, telemetry })).get("/api/status");
    expect([answer.status, answer.text.includes("secret")]).toEqual([500, false]);
    expect(unexpected).toHaveLength(1);
  });
});

describe("pause, groups and the emergency stop", () => {
  const GROUP = `
version: 1
legacy: { url: "http://127.0.0.1:3000" }
routes:
  a: { match: { path: /a, method: GET }, function: { lambda: f }, group: g, stage: shadow }
  b: { match: { path: /b, method: GET }, function: { lambda: f }, group: g, stage: shadow }
`;
  async function aGroup() {
    const { parts, flags, changes, evidence } = await fakeParts();
    const table = tableOf(GROUP);
    await prove(evidence, table.routes, FROZEN.now());
    return { api: request(adminApp({ ...parts, table: () => table })), flags, changes, stop: parts.stop };
  }
  const five = { stage: "canary", percent: 5, reason: "r" };

  it("keep a paused route from moving up, and let it move down", async () => {
    const { api } = await aGroup();
    expect((await api.post("/api/pause").send({ route: "a", on: true })).body).toMatchObject({ made: true });
    expect((await api.post("/api/pause").send({ route: "a", on: true })).body).toMatchObject({ made: false });
    const up = await api.post("/api/flip").send({ route: "a", ...five });
    expect(up).toMatchObject({ status: 422, body: { next: "banyan pause a --off" } });
    expect((await api.post("/api/rollback").send({ route: "a" })).status).toBe(200);
    expect((await api.get("/api/status?route=a")).body).toMatchObject({ routes: [{ stage: "legacy" }] });
  });

  it("refuse two percentages in one group, unless all move together or it is meant so", async () => {
    const { api, changes } = await aGroup();
    await api.post("/api/flip").send({ route: "a", ...five });
    const split = await api.post("/api/flip").send({ route: "b", ...five, percent: 6 });
    expect(split).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("on both sides") as unknown },
    });
    expect((await api.post("/api/flip").send({ route: "b", ...five, percent: 6, group: true })).status).toBe(
      200,
    );
    expect(changes.at(-1)).toMatchObject({
      moves: [
        { routeId: "a", percent: 6 },
        { routeId: "b", percent: 6 },
      ],
    });
    expect((await api.post("/api/flip").send({ route: "b", ...five, percent: 7, force: true })).status).toBe(
      200,
    );
  });

  it("make no flip that cannot be logged, and stop everything all the same", async () => {
    const { parts, changes } = await fakeParts();
    const audit = {
      ...parts.audit,
      begin: () => Promise.reject(new AuditError("ENOSPC: make room on that disk")),
    };
    const api = request(adminApp({ ...parts, audit }));
    const flip = await api.post("/api/flip").send(FLIP);
    expect(flip).toMatchObject({
      status: 507,
      type: "application/problem+json",
      body: {
        type: "urn:banyan:problem:not-audited",
        title: "Insufficient Storage",
        detail:
          "nothing was changed, because the audit log cannot be written: ENOSPC: make room on that disk",
        next: "banyan audit verify, or banyan kill, which goes without",
      },
    });
    expect(changes).toEqual([]);
    expect((await api.post("/api/kill").send({ on: true })).body).toMatchObject({
      made: true,
      notes: ["this is not in the audit log, which cannot be written: ENOSPC: make room on that disk"],
    });
    expect(changes).toMatchObject([{ kill: true }]);
  });

  it("are in the audit log before they are made, and with how they ended", async () => {
    const { parts, audited } = await fakeParts();
    const api = request(adminApp(parts));
    await api.post("/api/flip").send(FLIP);
    await api.post("/api/flip").send({ ...FLIP, percent: 30, expectVersion: "77" });
    expect(audited).toMatchObject([
      {
        action: "flip",
        by: "ann@desk",
        via: { channel: "api", remote: "127.0.0.1" },
        flagVersion: "1",
        reason: "why not",
        moves: [{ route: "get-order", from: { stage: "shadow" }, to: { stage: "canary", percent: 25 } }],
      },
      { kind: "made", flagVersion: "2" },
      { action: "flip", flagVersion: "77" },
      { kind: "refused" },
    ]);
  });

  it("say what a flip means before it is made", async () => {
    const { api } = await aGroup();
    const answer = await api.post("/api/flip").send({ route: "a", ...five, dryRun: true });
    expect(answer.body).toMatchObject({
      made: false,
      effects: [
        "a: 5 % of its clients move to the function; no requests came lately",
        "b, of the same group (g), stays in shadow; --group moves it along",
      ],
    });
  });

  it("stop this gateway even when the flags cannot be told, and say so", async () => {
    const { parts } = await fakeParts();
    const writer = { apply: async () => ({ made: false, why: "failed", message: "no network" }) as const };
    const api = request(adminApp({ ...parts, writer }));
    const killed = await api.post("/api/kill").send({ on: true });
    expect(killed.body).toMatchObject({
      made: true,
      notes: [
        expect.stringContaining("other gateways go on: no network"),
        expect.stringContaining("--admin"),
      ],
    });
    expect(parts.stop.stops(null)).toBe(true);
    expect((await api.post("/api/kill").send({ on: false })).body).toMatchObject({ made: true });
    expect(parts.stop.stops(null)).toBe(false);
  });

  it("retire nothing by mere promotion", async () => {
    const { api, flags } = await aGroup();
    flags.set({ version: "1", routes: new Map([["a", { stage: "cutover", percent: 0 }]]), killed: false });
    const refused = await api.post("/api/promote").send({ route: "a" });
    expect(refused).toMatchObject({ status: 422, body: { next: 'banyan flip a retired --reason "…"' } });
  });

  it("take no percentage for a rung that has none", async () => {
    const { api } = await aGroup();
    const refused = await api.post("/api/rollback").send({ route: "a", percent: 5 });
    expect(refused).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("takes no percentage") as unknown },
    });
  });
});
