import { describe, expect, it } from "vitest";
import { needsNoProof } from "../../../gateway/config/operators-schema.ts";
import { configOf, fileWith, problemsOf } from "./load-text.ts";

const HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/ops/50dc6c495c0c9188";
const ROLES = "rolesClaim: groups, roles: { operator: [team] }";
const operators = (text: string) =>
  `operators: ${text}\n${fileWith("a: { match: { path: /a }, function: { lambda: f } }")}`;
const said = (text: string) =>
  problemsOf(operators(text)).map(({ at, message, hint }) => `${at}: ${message} (${hint})`);

describe("`operators`", () => {
  it("asks for no proof unless one is configured", () => {
    const config = configOf(fileWith("a: { match: { path: /a }, function: { lambda: f } }")).operators;
    expect(config).toEqual({ hosts: [], streams: 1000, tokens: [] });
    expect(needsNoProof(config)).toBe(true);
    expect(needsNoProof(configOf(operators("{ allow: loopback }")).operators)).toBe(true);
  });

  it("has every way to show who one is", () => {
    const config = configOf(
      operators(`
  hosts: [Ops.Example.com]
  tokens: [{ name: ci, sha256: ${HASH}, role: operator, until: 2027-01-31 }]
  oidc: { issuer: "https://id.example.com", audience: banyan, ${ROLES} }
  albOidc: { signer: "${ARN}", issuer: "https://id.example.com", client: banyan, ${ROLES} }`),
    ).operators;
    const roles = { viewer: [], operator: ["team"], admin: [] };
    const claims = { rolesClaim: "groups", roles, nameClaim: "sub" };
    expect(config).toEqual({
      hosts: ["ops.example.com"],
      streams: 1000,
      tokens: [{ name: "ci", sha256: HASH, role: "operator", until: "2027-01-31" }],
      oidc: { issuer: "https://id.example.com", audience: "banyan", ...claims },
      albOidc: { signer: ARN, issuer: "https://id.example.com", client: "banyan", ...claims },
    });
    expect(needsNoProof(config)).toBe(false);
  });

  it.each([
    [
      `{ allow: loopback, tokens: [{ name: ci, sha256: ${HASH}, role: viewer }] }`,
      /needs no proof.*remove `allow`/,
    ],
    ["{ hosts: [ops.example.com] }", /nobody is asked for a proof.*`allow: loopback`/],
    ["{ allow: everybody }", /operators\.allow/],
    ["{ tokens: [{ name: ci, sha256: s3cret, role: viewer }] }", /64 hexadecimal digits/],
    [`{ tokens: [{ name: ci, sha256: ${HASH}, role: root }] }`, /viewer/],
    [`{ tokens: [{ name: ci, token: s3cret, role: viewer }] }`, /unknown|`token`/],
    [`{ oidc: { issuer: "http://id.example.com", audience: a, ${ROLES} } }`, /no https URL/],
    [`{ oidc: { issuer: "https://id.example.com", ${ROLES} } }`, /audience/],
    [
      `{ albOidc: { signer: "arn:aws:iam::1:role/x", issuer: "https://i.example", client: c, ${ROLES} } }`,
      /no ARN of/,
    ],
    ["{ hosts: ['*.example.com'] }", /no host name/],
    ["{ hosts: ['ops.example.com:443'] }", /no host name/],
  ])("says what is wrong with %s", (text, expected) => {
    expect(said(text).join("\n")).toMatch(expected);
  });
});
