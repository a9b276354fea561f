import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { attempts } from "../../../../gateway/admin/auth/attempts.ts";
import { authentication } from "../../../../gateway/admin/auth/authentication.ts";
import { operatorsEntry } from "../../../../gateway/config/operators-schema.ts";

const clock = { now: () => Date.UTC(2027, 0, 31), elapsed: () => 0 };
const asking = (config: object) =>
  authentication(operatorsEntry.parse(config), {
    clock,
    tried: attempts(clock),
    fetchText: () => Promise.reject(new Error("nothing is fetched here")),
  });
const nothing = { authorization: undefined, albData: undefined };

describe("where no proof is asked for", () => {
  it.each(["127.0.0.1", "127.9.9.9", "::1"])(
    "whoever is on this machine (%s) may do everything",
    async (peer) => {
      expect(await asking({})({ peer, ...nothing })).toEqual({
        name: null,
        role: "admin",
        proof: "local",
        untilMs: null,
      });
    },
  );

  it.each(["10.0.0.1", "::", "0.0.0.0", "fe80::1", "128.0.0.1", ""])(
    "nobody else gets in (%j), with whatever they show",
    async (peer) => {
      const refused = { problem: { status: 403, code: "loopback-only" } };
      const authenticate = asking({ allow: "loopback" });
      await expect(authenticate({ peer, ...nothing })).rejects.toMatchObject(refused);
      await expect(authenticate({ peer, authorization: "Bearer x", albData: "x" })).rejects.toMatchObject(
        refused,
      );
    },
  );
});

describe("where a proof is asked for", () => {
  const sha256 = createHash("sha256").update("s3cret").digest("hex");
  const authenticate = asking({ tokens: [{ name: "ci", sha256, role: "viewer" }] });

  it("being on this machine is none", async () => {
    const refused = { problem: { status: 401 } };
    await expect(authenticate({ peer: "127.0.0.1", ...nothing })).rejects.toMatchObject(refused);
  });

  it.each(["Bearer s3cret", "bearer s3cret", "Bearer  s3cret"])("%j is one", async (authorization) => {
    const proofs = { peer: "10.0.0.1", authorization, albData: undefined };
    expect(await authenticate(proofs)).toMatchObject({ name: "ci" });
  });

  it("what a load balancer would say is none unless one is configured", async () => {
    const proofs = { peer: "10.0.0.1", authorization: undefined, albData: "a.b.c" };
    await expect(authenticate(proofs)).rejects.toMatchObject({ problem: { status: 401 } });
  });
});
