import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ROLES, suffices, type Role } from "../../gateway/admin/auth/role.ts";
import { verifyAudit } from "../../gateway/audit/verify.ts";
import {
  askOperator,
  bearer,
  OPERATOR_REQUESTS,
  GET_PRODUCT,
  type OperatorRequest,
} from "../support/operator-requests.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { SIGNER, tokenIssuer, type TokenIssuer } from "../support/token-issuer.ts";

/** Who may do what, asked of a whole gateway by every way to show who one is. */

const TOKENS = { viewer: "token-of-a-viewer", operator: "token-of-an-operator", admin: "token-of-an-admin" };
const GROUPS = { viewer: "dev", operator: "team", admin: "leads" };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const alb = (jwt: string) => ({ "x-amzn-oidc-data": jwt });
const ROUTES = `
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order }
    stage: shadow
${GET_PRODUCT}`;

let issuer: TokenIssuer;
let stack: Stack;

beforeAll(async () => {
  issuer = await tokenIssuer();
  const tokens = ROLES.map((role) => `{ name: ${role}-bot, sha256: ${sha256(TOKENS[role])}, role: ${role} }`);
  const roles =
    "rolesClaim: groups, roles: { viewer: [dev], operator: [team], admin: [leads] }, nameClaim: email";
  const operators = `
operators:
  tokens:
    - ${tokens.join("\n    - ")}
    - { name: gone-bot, sha256: ${sha256("token-of-before")}, role: admin, until: 2020-01-31 }
  oidc: { issuer: "${issuer.url}", audience: banyan, ${roles} }
  albOidc: { signer: "${SIGNER}", issuer: "${issuer.url}", client: lb, publicKeyUrl: "${issuer.url}/alb", ${roles} }
`;
  stack = await startStack(ROUTES, operators);
  // The evidence store opens in its own time.
  const opened = async () => {
    const { status: code } = await ask({ ...status, path: "/api/diffs" }, bearer(TOKENS.viewer));
    if (code !== 200) throw new Error(`it answers ${code}`);
  };
  await vi.waitFor(opened, 10_000);
});
afterAll(async () => {
  await stack.close();
  await issuer.close();
});

const ask = (request: Pick<OperatorRequest, "method" | "path" | "body">, proof: Record<string, string>) =>
  askOperator(stack.adminUrl, request, proof);
const status = { method: "GET", path: "/api/status", body: null } as const;
const forced = {
  method: "POST",
  path: "/api/flip",
  body: { route: "get-product", stage: "cutover", reason: "r", force: true, dryRun: true },
} as const;

/** The ways in, for each role. */
const WAYS: readonly (readonly [string, (role: Role) => Promise<Record<string, string>>, string])[] = [
  ["a token", async (role) => bearer(TOKENS[role]), "-bot"],
  ["a JWT", async (role) => bearer(await issuer.jwt({ groups: [GROUPS[role]] })), "ann@example.com"],
  [
    "a load balancer",
    async (role) => alb(issuer.albJwt({ groups: ["other", GROUPS[role]] })),
    "ann@example.com",
  ],
];

describe.each(WAYS)("by %s", (_way, proofOf, name) => {
  const cases = OPERATOR_REQUESTS.flatMap((request) => ROLES.map((role) => ({ role, ...request })));

  it.each(cases)("$role: $method $path (needs $needs)", async ({ role, needs, ...request }) => {
    const answer = await ask(request, await proofOf(role));
    const may = suffices(role, needs);
    const detail = `${name} has the role ${role}; this needs ${needs}.`;
    const refusal = {
      type: "urn:banyan:problem:forbidden",
      detail: expect.stringContaining(detail) as unknown,
    };
    expect(answer).toMatchObject(may ? { status: 200 } : { status: 403, json: refusal });
    const challenge = `Bearer realm="banyan", error="insufficient_scope", scope="${needs}"`;
    expect(answer.headers.get("www-authenticate")).toBe(may ? null : challenge);
  });

  it("overrides guards as admin only", async () => {
    const answers = ROLES.map(async (role) => (await ask(forced, await proofOf(role))).status);
    expect(await Promise.all(answers)).toEqual([403, 403, 200]);
  });
});

describe("without any proof", () => {
  it.each(OPERATOR_REQUESTS)("nobody: $method $path", async (request) => {
    const answer = await ask(request, {});
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="banyan"']);
  });

  it("nobody learns what there is", async () => {
    expect((await ask({ ...status, path: "/api/nothing-here" }, {})).status).toBe(401);
  });

  it("platforms ask for its health", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      expect((await fetch(`${stack.adminUrl}${path}`)).status).toBe(200);
    }
  });
});

describe("people whom the load balancer lets in", () => {
  it("have no role unless a group gives them one", async () => {
    const answer = await ask(status, alb(issuer.albJwt({ groups: ["other"] })));
    const detail = "ann@example.com has no role here; this needs viewer.";
    expect(answer).toMatchObject({ status: 403, json: { detail } });
  });

  it.each([
    ["another load balancer", { signer: SIGNER.replace("ops", "other") }],
    ["another issuer's rule", { iss: "https://customers.example.com" }],
    ["another client's rule", { client: "shop" }],
    ["one that never ends", { exp: undefined }],
    ["another algorithm", { alg: "HS256" }],
    ["a key beside its place", { kid: "../keys" }],
  ])("are not let in by the word of %s, of which no key is even fetched", async (_what, header) => {
    const before = issuer.asked.length;
    const answer = await ask(status, alb(issuer.albJwt({ groups: ["leads"] }, header)));
    expect([answer.status, issuer.asked.slice(before)]).toEqual([401, []]);
  });

  it("are not let in when their time is over, or a word was changed on the way", async () => {
    const over = alb(issuer.albJwt({ groups: ["leads"] }, { exp: 1_700_000_000 }));
    expect((await ask(status, over)).status).toBe(401);
    const [header, , signature] = issuer.albJwt({ groups: ["dev"] }).split(".");
    const [, claims] = issuer.albJwt({ groups: ["leads"] }).split(".");
    expect((await ask(status, alb([header, claims, signature].join(".")))).status).toBe(401);
  });

  it("sign with the name that is proven, whatever they call themselves", async () => {
    const body = { route: "get-order", stage: "legacy", reason: "they say", by: "somebody-else" };
    const flip = { method: "POST", path: "/api/flip", body } as const;
    expect((await ask(flip, alb(issuer.albJwt({ groups: ["team"] })))).status).toBe(200);
    const audit = { ...status, path: "/api/audit?route=get-order&limit=1" };
    expect((await ask(audit, bearer(TOKENS.viewer))).json).toMatchObject({
      entries: [{ kind: "intended", by: "ann@example.com", reason: "they say", outcome: { kind: "made" } }],
      chain: { holds: true },
    });
    expect(await verifyAudit(`${stack.folder}/audit.ndjson`)).toMatchObject({ holds: true });
  });
});

/** Last, because from then on this address is not looked at for a minute. */
describe("wrong tokens", () => {
  it("are looked at no more after ten within a minute, while whoever was let in before still is", async () => {
    const wrong = [...Array(9).keys()].map((n) => `wrong-${n}`);
    for (const token of ["token-of-before", ...wrong]) {
      expect((await ask(status, bearer(token))).status).toBe(401);
    }
    const limited = await ask(status, bearer("one-more"));
    expect(limited).toMatchObject({ status: 429, json: { type: "urn:banyan:problem:too-many-attempts" } });
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(status, bearer(TOKENS.operator))).status).toBe(200);
  });
});
