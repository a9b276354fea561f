import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, visit, isScalar, parseDocument, type ScalarTag } from "yaml";
import { durationMs } from "../gateway/config/duration.ts";
import { leastPrivilege } from "../gateway/config/iam-policy.ts";
import { loadConfig } from "../gateway/config/load.ts";
import { guideIn } from "./support/guide.ts";

const ROOT = join(import.meta.dirname, "..");
const text = readFileSync(join(ROOT, "deploy/aws/fleet.yaml"), "utf8");
const guide = readFileSync(join(ROOT, "docs/guides/to-aws.md"), "utf8");
const configuration = readFileSync(join(ROOT, "docs/configuration.md"), "utf8");

/** What CloudFormation fills in, as the guide's example has it. */
const FILLED: Readonly<Record<string, string>> = {
  "AWS::Partition": "aws",
  "AWS::Region": "eu-central-1",
  "AWS::AccountId": "123456789012",
  Application: "banyan",
  Environment: "prod",
  Flags: "flags",
  AtOnce: "banyan-at-once",
};
const names = (written: string) => [...written.matchAll(/\$\{([^}]+)\}/g)].map(([, name]) => name!);
const filled = (written: string) =>
  written.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => FILLED[name] ?? name);

const referred: string[] = [];
const tag = (name: string, resolve: (written: string) => string): ScalarTag => ({ tag: name, resolve });
const customTags = [
  tag("!Ref", (name) => (referred.push(name), name)),
  tag("!GetAtt", (written) => (referred.push(written.split(".")[0]!), written)),
  tag("!Sub", (written) => (referred.push(...names(written)), filled(written))),
];

interface Container {
  readonly Name: string;
  readonly StopTimeout: number;
  readonly PortMappings: readonly { readonly ContainerPort: number }[];
  readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
  readonly Secrets: readonly { readonly Name: string }[];
}
interface Template {
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly Resources: {
    readonly Task: { readonly Properties: { readonly ContainerDefinitions: readonly Container[] } };
    readonly Targets: { readonly Properties: Readonly<Record<string, string>> };
    readonly Role: {
      readonly Properties: { readonly Policies: readonly { readonly PolicyDocument: unknown }[] };
    };
  };
}
const template = parse(text, { customTags }) as Template;
const gateway = template.Resources.Task.Properties.ContainerDefinitions.find(
  ({ Name }) => Name === "gateway",
)!;
const environment = new Map(gateway.Environment.map(({ Name, Value }) => [Name, Value]));
const routes = guideIn(guide).find((step) => step.kind === "write")!;

describe("the template of a fleet on AWS", () => {
  it("refers only to what it has", () => {
    const known = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources)]);
    expect(referred.length).toBeGreaterThan(20);
    expect(referred.filter((name) => !name.startsWith("AWS::") && !known.has(name))).toEqual([]);
  });

  it("has no aliases, which CloudFormation does not read", () => {
    let aliases = 0;
    visit(parseDocument(text, { customTags }), { Alias: () => void (aliases += 1) });
    visit(parseDocument(text, { customTags }), (_, node) => {
      if (isScalar(node) && node.anchor !== undefined) aliases += 1;
    });
    expect(aliases).toBe(0);
  });

  it("sets only variables that the gateway or the guide's routes.yaml reads", () => {
    const set = [...environment.keys(), ...gateway.Secrets.map(({ Name }) => Name)];
    const read = (name: string) =>
      configuration.includes(`\`${name}\``) || routes.text.includes(`\${${name}:`);
    expect(set.filter((name) => !read(name))).toEqual([]);
  });

  it("gives a drain the time that it may take", () => {
    const drain = ["DRAIN_GRACE", "DRAIN_LIMIT"].map((name) => durationMs(environment.get(name)!)!);
    expect(gateway.StopTimeout * 1_000).toBeGreaterThan(drain[0]! + drain[1]!);
    const noticed =
      Number(template.Resources.Targets.Properties["HealthCheckIntervalSeconds"]) *
      Number(template.Resources.Targets.Properties["UnhealthyThresholdCount"]);
    expect(drain[0]).toBeGreaterThan(noticed * 1_000);
  });

  it("asks for its health where it can be asked", () => {
    const { HealthCheckPort, HealthCheckPath, Port } = template.Resources.Targets.Properties;
    const open = gateway.PortMappings.map(({ ContainerPort }) => String(ContainerPort));
    expect(open).toEqual(expect.arrayContaining([String(Port), HealthCheckPort]));
    expect(HealthCheckPath).toBe("/readyz");
  });

  it("allows what `banyan iam --flips` says, and nothing else", () => {
    const loaded = loadConfig(routes.text, "routes.yaml", {
      LEGACY_URL: "http://monolith",
      EVIDENCE_URL: "postgres://evidence/banyan",
      OPERATOR_TOKEN_SHA256: "0".repeat(64),
    });
    if ("problems" in loaded) throw new Error(loaded.problems[0]!.message);
    const { policy } = leastPrivilege(loaded.config, { account: "123456789012", flips: true });
    expect(template.Resources.Role.Properties.Policies[0]!.PolicyDocument).toEqual(policy);
  });
});
