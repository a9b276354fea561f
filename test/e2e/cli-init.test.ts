import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../gateway/config/load.ts";
import { workFolder } from "../unit/cli/run-banyan.ts";
import { containing } from "../unit/cli/text-matchers.ts";

const CORPORA = join(import.meta.dirname, "../support/corpora");
const folders: Disposable[] = [];
afterAll(() => folders.forEach((folder) => folder[Symbol.dispose]()));

function aFolder() {
  const work = workFolder("precious");
  folders.push(work);
  const at = (name: string) => join(work.folder, name);
  /** What `init` made of a document, once `validate` has nothing to say about it. */
  const made = async (option: string, document: unknown) => {
    writeFileSync(at("document"), typeof document === "string" ? document : JSON.stringify(document));
    const ended = await work.json("init", "new.yaml", "--force", option, "document");
    if (ended.exitCode !== 0) return { ...ended, text: "" };
    const text = readFileSync(at("new.yaml"), "utf8");
    const loaded = loadConfig(text, "new.yaml", {});
    expect("problems" in loaded ? loaded.problems : loaded.config.warnings).toEqual([]);
    return { ...ended, text };
  };
  return { ...work, at, made };
}

describe("banyan init", { timeout: 120_000 }, () => {
  it("writes a valid file with what it is told, and never over one that is there", async () => {
    const { banyan, at } = aFolder();
    const init = [
      "init",
      "--legacy-url",
      "http://shop:8000",
      "--region",
      "eu-west-1",
      "--flags",
      "appconfig:shop/prod/flags",
    ];
    expect(await banyan(...init)).toMatchObject({
      exitCode: 5,
      stdout: "",
      stderr: containing("routes.yaml is there already"),
    });
    expect(readFileSync(at("routes.yaml"), "utf8")).toBe("precious");
    const forced = await banyan(...init, "--force");
    expect(forced).toMatchObject({
      exitCode: 0,
      stdout: containing("banyan validate routes.yaml"),
      stderr: "",
    });
    expect(await banyan("validate")).toMatchObject({
      exitCode: 0,
      stdout: "routes.yaml: valid, no routes\n",
    });
    expect((await banyan("config", "print")).stdout).toMatch(
      /"http:\/\/shop:8000"[\s\S]*"appconfig"[\s\S]*"eu-west-1"/,
    );
  });

  it.each([
    [["--legacy-url", "http://shop/path"], "scheme, host and port"],
    [["--legacy-url", "shop:80"], "scheme, host and port"],
    [["--flags", "etcd"], "appconfig:APPLICATION/ENVIRONMENT/PROFILE"],
    [["--region", "EU West"], "eu-central-1"],
    [["--from-openapi", "a", "--from-har", "b"], "take one of"],
    [["--from-openapi", "missing.yaml"], "there is no file missing.yaml"],
    [["--from-openapi", "routes.yaml"], "no OpenAPI 3.0 or 3.1"],
  ])("refuses %j", async (args, says) => {
    expect(await aFolder().banyan("init", "x.yaml", ...args)).toMatchObject({
      exitCode: 2,
      stderr: containing(says),
    });
  });

  it("makes a route of each operation", async () => {
    const { made } = aFolder();
    const { envelope, text } = await made(
      "--from-openapi",
      readFileSync(join(CORPORA, "shop.openapi.yaml"), "utf8"),
    );
    expect(envelope.data).toMatchObject({ routes: 1, commented: 3, leftOut: [] });
    expect(text).toContain('  # place-order:\n  #   match: { method: POST, path: "/v2/orders" }');
  });

  it("holds out against documents that mean no good", async () => {
    const { made } = aFolder();
    const cyclic = {
      openapi: "3.1.0",
      paths: {
        "/a": { $ref: "#/paths/~1b" },
        "/b": { $ref: "#/paths/~1a" },
        "/c": { get: { $ref: "#/paths/~1c/get", operationId: "see" } },
        "/d/{x}.json": { get: { operationId: 'x"\n  evil: {}', summary: "a\n  evil:\n    stage: cutover" } },
        "/d/{y}.xml": { get: { operationId: "x evil" } },
        "/e/{a b}/{a.b}": { get: { operationId: "see" } },
        "/f?g=1#h": { get: null, post: { operationId: "" }, trace: {} },
        ["/" + "g/".repeat(70)]: { get: {} },
      },
    };
    const odd = await made("--from-openapi", cyclic);
    expect(odd.text).toContain('path: "/e/{a_b}/{a_b2}"');
    expect(odd.text).not.toMatch(/^ *evil:/m);
    expect(odd.envelope.data).toMatchObject({ routes: 3, commented: 1 });

    const paths = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [`/r${n}`, { get: { operationId: "same" }, put: {} }]),
    );
    const huge = await made("--from-openapi", { openapi: "3.0.3", paths });
    expect(huge.envelope.data).toMatchObject({ leftOut: [] });
    expect(huge.text).toContain("  same-1000:");
    expect(
      (await made("--from-openapi", `{"openapi": "3.0.0", "paths": ${"[".repeat(100_000)}`)).exitCode,
    ).toBe(2);
  });

  it("makes routes of what a browser asked one host for, the most requested first", async () => {
    const { made } = aFolder();
    const entry = (method: string, url: string) => ({ request: { method, url, headers: [] } });
    const har = {
      log: {
        entries: [
          entry("GET", "https://shop.example/api/files/a%20b"),
          ...[1001, 1002, 1003].map((id) =>
            entry("GET", `https://shop.example/api/orders/${id}/lines/7?x=${id}`),
          ),
          entry("GET", "https://shop.example/api/users/6f9619ff-8b86-4011-b42d-00cf4fc964ff"),
          entry("GET", "https://shop.example/api/users/6f9619ff-8b86-4011-b42d-00cf4fc964fe"),
          entry("GET", "https://shop.example/app.js"),
          entry("POST", "https://shop.example/api/checkout"),
          entry("GET", "https://analytics.example/collect"),
          entry("GET", "blob:https://shop.example/x"),
        ],
      },
    };
    const { envelope, text } = await made("--from-har", har);
    expect([...text.matchAll(/path: "([^"]+)"/g)].map(([, path]) => path)).toEqual([
      "/api/orders/{id}/lines/{id2}",
      "/api/users/{id}",
      "/api/files/a%20b",
      "/api/checkout",
    ]);
    expect(envelope.data).toMatchObject({
      routes: 3,
      commented: 1,
      leftOut: [containing("analytics.example"), containing("1 entr")],
    });
    expect((await made("--from-har", readFileSync(join(CORPORA, "firefox.har.json"), "utf8"))).exitCode).toBe(
      0,
    );
    expect((await made("--from-har", "{")).envelope.data).toMatchObject({ routes: 0 });
  });
});
