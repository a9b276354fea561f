import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminServer, type AdminServer } from "../../gateway/admin/server.ts";
import { operatorsEntry } from "../../gateway/config/operators-schema.ts";
import { fakeParts } from "../unit/admin/fake-parts.ts";
import { workFolder } from "../unit/cli/run-banyan.ts";
import { containing } from "../unit/cli/text-matchers.ts";

/** The command line shows who asks, and a listener that everybody can reach asks for it. */

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const asking = (...secrets: string[]) =>
  operatorsEntry.parse({
    hosts: ["banyan.example.com"],
    tokens: secrets.map((secret) => ({ name: "ci", sha256: sha256(secret), role: "operator" })),
  });

let operators = asking("old");
let fake: Awaited<ReturnType<typeof fakeParts>>;
let server: AdminServer;

beforeAll(async () => {
  fake = await fakeParts({ operators: () => operators });
  server = await adminServer(fake.parts, { host: "0.0.0.0", port: 0 });
});
afterAll(() => server.close());

/** A folder in which `banyan` finds the gateway. */
const withToken = (env: Record<string, string> = {}) =>
  workFolder("nonsense", { ADMIN_HOST: "0.0.0.0", ADMIN_PORT: String(server.port), ...env });

describe("banyan", () => {
  it("shows its token, by a variable or a file, and is known by it", async () => {
    using work = withToken({ BANYAN_TOKEN: "old" });
    const promoted = await work.banyan("promote", "create-order", "--reason", "r");
    expect(promoted).toMatchObject({ exitCode: 0, stderr: "" });
    expect(fake.changes).toMatchObject([{ routeId: "create-order", by: "ci" }]);
    using other = withToken({ BANYAN_TOKEN: "wrong" });
    writeFileSync(join(other.folder, "token"), "old\n");
    expect((await other.banyan("status", "--token-file", "token")).exitCode).toBe(0);
  });

  it("says what to do without one, with a wrong one, and where none can be read", async () => {
    using work = withToken();
    expect(await work.banyan("status")).toMatchObject({ exitCode: 5, stderr: containing("--token-file") });
    using other = withToken({ BANYAN_TOKEN: "wrong" });
    expect(await other.banyan("status")).toMatchObject({ exitCode: 5, stderr: containing("nobody's") });
    const unreadable = await work.banyan("status", "--token-file", "nowhere");
    expect(unreadable).toMatchObject({ exitCode: 2, stderr: containing("the token cannot be read") });
  });

  it("needs none to ask whether the gateway takes requests", async () => {
    using work = withToken();
    expect((await work.banyan("health")).exitCode).toBe(0);
  });
});

describe("a token that is rotated", () => {
  const statusBy = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`http://127.0.0.1:${server.port}/api/status`, { headers })).status;
  };

  it("counts beside its successor, and no more when it is taken out", async () => {
    operators = asking("old", "new");
    expect([await statusBy("old"), await statusBy("new")]).toEqual([200, 200]);
    operators = asking("new");
    expect([await statusBy("old"), await statusBy("new")]).toEqual([401, 200]);
  });

  it("leaves no door open when the last one is taken out: then only this machine gets in", async () => {
    operators = operatorsEntry.parse({});
    expect(await statusBy("anything")).toBe(200);
    const { parts } = await fakeParts({ operators: () => operators });
    await expect(adminServer(parts, { host: "0.0.0.0", port: 0 })).rejects.toThrow(
      /add `operators` to routes.yaml/,
    );
  });
});
