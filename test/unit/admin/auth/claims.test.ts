import { describe, expect, it } from "vitest";
import { identityIn } from "../../../../gateway/admin/auth/claims.ts";

const settings = {
  rolesClaim: "groups",
  nameClaim: "email",
  roles: { viewer: ["dev"], operator: ["team"], admin: ["leads"] },
};

describe("claims", () => {
  it.each([
    [["dev"], "viewer"],
    ["team", "operator"],
    [["dev", "leads", "team"], "admin"],
    [["x", "team"], "operator"],
  ])("with the groups %j make a %s, the highest that they name", (groups, role) => {
    expect(identityIn({ sub: "u", email: "ann@x", groups, exp: 7 }, settings, "oidc")).toEqual({
      name: "ann@x",
      role,
      proof: "oidc",
      untilMs: 7000,
    });
  });

  it.each([[[]], ["other"], [["LEADS"]], [{ leads: true }], [undefined], [null], [["lead", "s"]]])(
    "with the groups %j have no role",
    (groups) => {
      expect(() => identityIn({ sub: "u", email: "ann@x", groups }, settings, "oidc")).toThrow(
        "ann@x has no role here; this needs viewer.",
      );
    },
  );

  it.each([
    ["realm_access.roles", { realm_access: { roles: ["team"] } }],
    ["https://example.com/roles", { "https://example.com/roles": ["team"] }],
    ["cognito:groups", { "cognito:groups": ["team"] }],
  ])("are found at %s", (rolesClaim, claims) => {
    expect(identityIn({ sub: "u", ...claims }, { ...settings, rolesClaim }, "oidc")).toMatchObject({
      role: "operator",
    });
  });

  it.each(["__proto__", "constructor.name", "groups.length", "toString"])(
    "have nothing at %s that nobody wrote there",
    (rolesClaim) => {
      const roles = { viewer: ["Object"], operator: ["0", "1"], admin: ["leads"] };
      expect(() =>
        identityIn({ sub: "u", groups: ["x"] }, { ...settings, rolesClaim, roles }, "oidc"),
      ).toThrow("no role");
    },
  );

  it.each([
    [{ email: 7, sub: "u-1" }, "u-1"],
    [{ email: " ", sub: "u-1" }, "u-1"],
    [{ email: "a".repeat(201), sub: "u-1" }, "u-1"],
  ])("%j name %s", (claims, name) => {
    expect(identityIn({ ...claims, groups: ["dev"] }, settings, "oidc")).toMatchObject({ name });
  });

  it("are refused when they name nobody", () => {
    expect(() => identityIn({ groups: ["leads"] }, settings, "oidc")).toThrow("does not say whose it is");
  });
});
