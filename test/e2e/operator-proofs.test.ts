import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { adminServer, type AdminServer } from "../../gateway/admin/server.ts";
import { operatorsEntry } from "../../gateway/config/operators-schema.ts";
import { fakeParts } from "../unit/admin/fake-parts.ts";
import { askOperator, bearer, OPERATOR_REQUESTS } from "../support/operator-requests.ts";
import { forged, tokenIssuer, type TokenIssuer } from "../support/token-issuer.ts";

/** Proofs that are none, shown to every endpoint of a real operator's side; and key servers in trouble. */

const TOKEN = "token-of-an-admin";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const status = { method: "GET", path: "/api/status", body: null } as const;

let issuer: TokenIssuer;
let server: AdminServer;
let url: string;
let changes: readonly unknown[];
/** Moved on by hand, so that nobody is kept out for what a test before tried. */
let minutes = 0;
const clock = { now: () => Date.now(), elapsed: () => minutes * 60_000 };

beforeAll(async () => {
  issuer = await tokenIssuer();
  const operators = operatorsEntry.parse({
    tokens: [
      { name: "bot", sha256: sha256(TOKEN), role: "admin" },
      { name: "bot", sha256: sha256("token-of-before"), role: "admin", until: "2020-01-31" },
    ],
    oidc: {
      issuer: issuer.url,
      audience: "banyan",
      rolesClaim: "groups",
      roles: { admin: ["leads"] },
    },
  });
  const fake = await fakeParts({ operators: () => operators });
  ({ changes } = fake);
  server = await adminServer({ ...fake.parts, clock }, { host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.close();
  await issuer.close();
});
beforeEach(() => {
  issuer.breakWith(null);
  minutes += 2;
});

const admin = { groups: ["leads"] };
const hmac = (key: string) => (signed: string) => createHmac("sha256", key).update(signed).digest();
const seconds = (ms: number) => Math.floor(ms / 1000);

const WRONG: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
  "a wrong token": async () => bearer("token-of-nobody"),
  "a token of before": async () => bearer("token-of-before"),
  "the hash instead of the token": async () => bearer(sha256(TOKEN)),
  "another's spelling": async () => bearer(TOKEN.toUpperCase()),
  "two tokens": async () => ({ authorization: `Bearer ${TOKEN}, Bearer ${TOKEN}` }),
  "no token": async () => ({ authorization: "Bearer" }),
  Basic: async () => ({ authorization: `Basic ${btoa(`bot:${TOKEN}`)}` }),
  "what only a load balancer may say": async () => ({ "x-amzn-oidc-data": await issuer.jwt(admin) }),
  "an expired JWT": async () => bearer(await issuer.jwt({ ...admin, exp: seconds(Date.now()) - 60 })),
  "a JWT without an end": async () => {
    const { exp: _, ...endless } = issuer.claims(admin);
    return bearer(await issuer.signed(endless));
  },
  "a JWT of tomorrow": async () => bearer(await issuer.jwt({ ...admin, nbf: seconds(Date.now()) + 86_400 })),
  "a wrong audience": async () => bearer(await issuer.jwt({ ...admin, aud: "shop" })),
  "a wrong issuer": async () => bearer(await issuer.jwt({ ...admin, iss: "https://evil.example" })),
  "a stranger's signature": async () =>
    bearer(await issuer.signed(issuer.claims(admin), {}, issuer.strangersKey)),
  "a kid that is a path": async () => bearer(await issuer.jwt(admin, { kid: "../alb/lb-key" })),
  "alg none": async () => bearer(forged({ alg: "none" }, issuer.claims(admin), () => Buffer.alloc(0))),
  "alg None": async () =>
    bearer(forged({ alg: "None", kid: "one" }, issuer.claims(admin), () => Buffer.alloc(0))),
  "HS256 with the public key": async () =>
    bearer(forged({ alg: "HS256", kid: "one" }, issuer.claims(admin), hmac(issuer.publicKeyPem))),
  "HS256 with an empty key": async () =>
    bearer(forged({ alg: "HS256", kid: "one" }, issuer.claims(admin), hmac(""))),
  "no signature": async () =>
    bearer(forged({ alg: "RS256", kid: "one" }, issuer.claims(admin), () => Buffer.alloc(0))),
  "a key that comes along": async () =>
    bearer(forged({ alg: "HS256", jwk: { kty: "oct", k: btoa("key") } }, issuer.claims(admin), hmac("key"))),
};

describe.each(Object.entries(WRONG))("%s", (name, proof) => {
  it("opens no endpoint, and changes nothing", async () => {
    const statuses: number[] = [];
    for (const request of OPERATOR_REQUESTS) {
      minutes += 2;
      const answer = await askOperator(url, request, await proof());
      statuses.push(answer.status);
      expect(answer.headers.get("www-authenticate")).toMatch(
        name === "what only a load balancer may say" ? /^Bearer realm="banyan"$/ : /error="invalid_token"/,
      );
    }
    expect(statuses).toEqual(OPERATOR_REQUESTS.map(() => 401));
    expect(changes).toEqual([]);
  });
});

describe("the issuer's keys", () => {
  it("let in whom they should, so that all of the above proves something", async () => {
    const answers = [bearer(TOKEN), bearer(await issuer.jwt(admin))].map((proof) =>
      askOperator(url, status, proof),
    );
    expect((await Promise.all(answers)).map((answer) => answer.status)).toEqual([200, 200]);
  });

  it("are asked for once, however many tokens they check", async () => {
    await askOperator(url, status, bearer(await issuer.jwt(admin)));
    const before = issuer.asked.length;
    const tokens = await Promise.all(
      [...Array(20).keys()].map((n) => issuer.jwt({ ...admin, jti: String(n) })),
    );
    await Promise.all(tokens.map((token) => askOperator(url, status, bearer(token))));
    expect(issuer.asked.slice(before)).toEqual([]);
  });

  it.each([
    ["an error", { status: 500, text: "" }, /keys of .* cannot be fetched \(it answers 500\)/],
    ["a redirect", { status: 302, text: "" }, /it answers 302/],
    ["no JSON", { status: 200, text: "<html>" }, /is no discovery document|no set of keys/],
    ["far too much", { status: 200, text: " ".repeat(300_000) }, /it answers far too much/],
  ])("open nothing while their server answers %s, and this is told as 503", async (_what, answer, why) => {
    const { operators, server: fresh } = await freshServer();
    issuer.breakWith(answer);
    const refused = await askOperator(operators, status, bearer(await issuer.jwt(admin)));
    expect(refused).toMatchObject({ status: 503, json: { detail: expect.stringMatching(why) as unknown } });
    expect((await askOperator(operators, status, bearer(TOKEN))).status).toBe(200);
    issuer.breakWith(null);
    minutes += 1;
    expect((await askOperator(operators, status, bearer(await issuer.jwt(admin)))).status).toBe(200);
    await fresh.close();
  });

  it("are not asked for again at once after a failure, however many wait", async () => {
    const { operators, server: fresh } = await freshServer();
    issuer.breakWith({ status: 500, text: "" });
    const before = issuer.asked.length;
    for (let n = 0; n < 5; n += 1) {
      expect((await askOperator(operators, status, bearer(await issuer.jwt(admin)))).status).toBe(503);
    }
    expect(issuer.asked.length - before).toBe(1);
    await fresh.close();
  });
});

/** One that has not seen the issuer's keys yet. */
async function freshServer() {
  const { parts } = await fakeParts({
    operators: () => config,
  });
  const config = operatorsEntry.parse({
    tokens: [{ name: "bot", sha256: sha256(TOKEN), role: "admin" }],
    oidc: { issuer: issuer.url, audience: "banyan", rolesClaim: "groups", roles: { admin: ["leads"] } },
  });
  const fresh = await adminServer({ ...parts, clock }, { host: "127.0.0.1", port: 0 });
  return { server: fresh, operators: `http://127.0.0.1:${fresh.port}` };
}
