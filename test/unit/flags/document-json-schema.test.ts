import { CreateHostedConfigurationVersionCommand } from "@aws-sdk/client-appconfig";
import draft04 from "ajv-draft-04";
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { flagDocumentSchema } from "../../../gateway/flags/document-json-schema.ts";
import { parseFlags } from "../../../gateway/flags/document.ts";
import { emptyFlags } from "../../../gateway/flags/edit.ts";
import { deployedFlags } from "../../support/deployed-flags.ts";

const root = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
/** Strict, so that it knows every keyword; what is required where it is not described is described one level up. */
const strict = { strict: true, strictRequired: false, strictTypes: false };
const accepts = new draft04.default(strict).compile(flagDocumentSchema());
const gatewaysTake = (document: unknown) => parseFlags(JSON.stringify(document)).ok;

const withFlag = (flag: unknown) => ({ version: 1, routes: { "get-order": flag } });
const withRule = (rule: unknown) => withFlag({ stage: "shadow", rules: [rule] });
const withTest = (test: object) => withRule({ when: [{ of: "header:x-beta", ...test }], side: "function" });
const when = [{ of: "host", prefix: "eu." }];

const example: unknown = parse(/```yaml\n(version: 7[\s\S]*?)```/.exec(root("docs/flags.md"))?.[1] ?? "");

test("flags.schema.json at the top is this schema; `banyan config schema --flags > flags.schema.json` renews it", () => {
  expect(JSON.parse(root("flags.schema.json"))).toEqual(flagDocumentSchema());
});

describe("the schema of flags", () => {
  it("fits into a validator of AppConfig, which has 32 KiB", () => {
    expect(JSON.stringify(flagDocumentSchema(), null, 2).length).toBeLessThan(32_768);
    expect(flagDocumentSchema().$schema).toBe("http://json-schema.org/draft-04/schema#");
  });

  it.each([
    ["the documentation's example", example],
    ["the first document there is", JSON.parse(emptyFlags(true))],
    ["nothing but a version", { version: 0 }],
    ["a kill switch", { version: 3, kill: true, routes: {} }],
    ["a salt", { version: 3, salt: "again" }],
    ["a canary", withFlag({ stage: "canary", percent: 12.345 })],
    ["a canary of everybody", withFlag({ stage: "canary", percent: 100 })],
    ["a smallest canary", withFlag({ stage: "canary", percent: 0.001 })],
    [
      "a signature",
      withFlag({ stage: "retired", by: "ann", reason: "go", at: "2027-01-31T12:00:00.000+01:00" }),
    ],
    [
      "an end, a pause and a kill",
      withFlag({ stage: "cutover", until: "2027-01-31T12:00:00Z", pause: true, kill: false }),
    ],
    ["testers", withFlag({ stage: "shadow", testers: { function: ["anna"], legacy: [] } })],
    ["a rule with a side", withRule({ when, side: "legacy", note: "until they have moved" })],
    ["a rule with a share", withRule({ when, percent: 0.5, until: "2027-01-31T12:00:00Z" })],
    [
      "every attribute",
      withRule({
        when: ["cookie:a", "query:a", "param:a", "claim:a", "address"].map((of) => ({ of, equals: "1" })),
        side: "function",
      }),
    ],
    ["a range", withRule({ when: [{ of: "address", range: ["10.0.0.0/8", "::1"] }], side: "function" })],
  ])("takes %s, as gateways do", (_, document) => {
    expect(gatewaysTake(document)).toBe(true);
    expect([accepts(document), accepts.errors]).toEqual([true, null]);
  });

  it.each([
    ["no version", { kill: true }],
    ["a fraction of a version", { version: 1.5 }],
    ["a negative version", { version: -1 }],
    ["a list", []],
    ["an unknown field", { version: 1, kil: true }],
    ["an unknown field of a flag", withFlag({ stage: "shadow", percentage: 5 })],
    ["an unknown stage", withFlag({ stage: "canry", percent: 5 })],
    ["no stage", withFlag({ kill: true })],
    ["a canary without a percentage", withFlag({ stage: "canary" })],
    ["a percentage of another stage", withFlag({ stage: "cutover", percent: 50 })],
    ["101 %", withFlag({ stage: "canary", percent: 101 })],
    ["less than 0 %", withFlag({ stage: "canary", percent: -0.001 })],
    ["a percentage as text", withFlag({ stage: "canary", percent: "5" })],
    ["a kill switch as text", withFlag({ stage: "shadow", kill: "yes" })],
    ["an end that is no time", withFlag({ stage: "shadow", until: "tomorrow" })],
    ["an end without its zone", withFlag({ stage: "shadow", until: "2027-01-31T12:00:00" })],
    ["a route that begins with no letter", { version: 1, routes: { "-x": { stage: "legacy" } } }],
    ["a rule without a condition", withRule({ when: [], side: "function" })],
    ["a rule that says nothing", withRule({ when })],
    ["a rule that says two things", withRule({ when, side: "function", percent: 5 })],
    ["a condition without a test", withTest({})],
    ["a condition with two tests", withTest({ equals: "1", prefix: "1" })],
    ["a test without values", withTest({ in: [] })],
    ["an attribute there is not", withRule({ when: [{ of: "body:x", equals: "1" }], side: "function" })],
    ["an attribute without a name", withRule({ when: [{ of: "header:", equals: "1" }], side: "function" })],
  ])("refuses %s, as gateways do", (_, document) => {
    expect(gatewaysTake(document)).toBe(false);
    expect(accepts(document)).toBe(false);
  });

  it.each([
    ["a share between two steps", withFlag({ stage: "canary", percent: 0.0005 })],
    ["a range that is none", withTest({ range: ["everywhere"] })],
    [
      "256 KiB",
      {
        version: 1,
        routes: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`r${i}`, { stage: "legacy" }])),
      },
    ],
  ])("cannot see %s, which gateways reject", (_, document) => {
    expect(gatewaysTake(document)).toBe(false);
    expect(accepts(document)).toBe(true);
  });
});

test("a profile of AppConfig that has this validator takes flips, and no wrong flags from anybody", async () => {
  const flags = await deployedFlags();
  try {
    const Content = JSON.stringify(flagDocumentSchema());
    const ConfigurationProfileId = await flags.addProfile("checked", {
      Validators: [{ Type: "JSON_SCHEMA", Content }],
    });
    const writer = flags.writer({ profile: "checked" });
    const signed = { by: "ann", reason: "evidence is in" };
    const canary = { routeId: "get-order", stage: "canary", percent: 12.345, ...signed } as const;
    expect(await writer.apply(canary)).toMatchObject({ made: true, version: "1" });
    const store = (document: unknown) =>
      flags.client.send(
        new CreateHostedConfigurationVersionCommand({
          ...flags.ids,
          ConfigurationProfileId,
          Content: Buffer.from(JSON.stringify(document)),
          ContentType: "application/json",
        }),
      );
    await expect(store(withFlag({ stage: "canary", percent: 101 }))).rejects.toThrow(/validators/);
    await expect(store(withFlag({ stage: "canary", percent: 100 }))).resolves.toMatchObject({
      VersionNumber: 2,
    });
  } finally {
    await flags.end();
  }
});
