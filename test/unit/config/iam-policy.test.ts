import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { leastPrivilege } from "../../../gateway/config/iam-policy.ts";
import { configOf, fileWith } from "./load-text.ts";

const of = (routes: string, more = "", account: string | null = "123456789012", flips = false) =>
  leastPrivilege(configOf(fileWith(routes) + more), { account, flips });

const ROUTES = `
a:
  match: { path: /a }
  function: { lambda: orders }
b:
  match: { path: /b }
  function: { lambda: orders, stream: true }
c:
  match: { path: /c }
  function: { lambda: baskets, qualifier: "7" }
d:
  match: { path: /d }
  function: { lambda: "arn:aws:lambda:us-east-1:999999999999:function:other" }
e:
  match: { path: /e }
  function: { url: "https://run.example.com" }`;

it("allows each function by each alias, once, and nothing else", () => {
  expect(of(ROUTES)).toEqual({
    policy: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "InvokeFunctions",
          Effect: "Allow",
          Action: ["lambda:InvokeFunction"],
          Resource: [
            "arn:aws:lambda:eu-central-1:123456789012:function:baskets:7",
            "arn:aws:lambda:eu-central-1:123456789012:function:orders:live",
            "arn:aws:lambda:us-east-1:999999999999:function:other:live",
          ],
        },
      ],
    },
    notes: [],
  });
});

it("allows to read the one AppConfig profile, and says where ids are missing", () => {
  const flags = "flags: { source: appconfig, application: abc1234, environment: prod, profile: def5678 }\n";
  const { policy, notes } = of("a:\n  match: { path: /a }\n  function: { lambda: f }", flags);
  expect(policy.Statement.slice(1)).toMatchObject([
    {
      Action: ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"],
      Resource: [
        "arn:aws:appconfig:eu-central-1:123456789012:application/abc1234/environment/prod/configuration/def5678",
      ],
    },
  ]);
  expect(notes).toEqual([expect.stringContaining("replace prod by")]);
});

it("allows to flip where that is asked for, by what a flip calls and on what it calls it", () => {
  const flags =
    "flags: { source: appconfig-agent, application: abc1234, environment: env1234, profile: def5678, strategy: at-once }\n";
  const { Statement } = of(
    "a:\n  match: { path: /a }\n  function: { lambda: f }",
    flags,
    "123456789012",
    true,
  ).policy;
  const arn = (rest: string) => `arn:aws:appconfig:eu-central-1:123456789012:${rest}`;
  const app = "application/abc1234";
  expect(Statement.slice(1).map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
    ["FindByName", ["*"]],
    ["FindInApplication", [arn(app)]],
    [
      "WriteFlags",
      [
        arn(app),
        arn(`${app}/configurationprofile/def5678`),
        arn(`${app}/configurationprofile/def5678/hostedconfigurationversion/*`),
      ],
    ],
    [
      "DeployFlags",
      [
        arn(app),
        arn(`${app}/configurationprofile/def5678`),
        arn(`${app}/environment/env1234`),
        arn(`${app}/environment/env1234/deployment/*`),
        arn("deploymentstrategy/at-once"),
      ],
    ],
  ]);
  // One action for each command of the SDK that the writer knows, and no more.
  const commands = readFileSync(
    join(import.meta.dirname, "../../../gateway/flags/appconfig-control.ts"),
    "utf8",
  ).matchAll(/new ([A-Z]\w+)Command\(/g);
  const called = new Set([...commands].map(([, name]) => `appconfig:${name}`));
  expect(new Set(Statement.slice(1).flatMap(({ Action }) => Action))).toEqual(called);
});

it("says where an account has to be filled in", () => {
  const { policy, notes } = of("a:\n  match: { path: /a }\n  function: { lambda: f }", "", null);
  expect(policy.Statement[0]!.Resource).toEqual(["arn:aws:lambda:eu-central-1:ACCOUNT_ID:function:f:live"]);
  expect(notes).toEqual([expect.stringContaining("--account")]);
});

it("writes ARNs of the partition that the region is in", () => {
  const { policy } = of(
    "a:\n  match: { path: /a }\n  function: { lambda: f }",
    "aws: { region: cn-north-1 }\n",
  );
  expect(policy.Statement[0]!.Resource[0]).toMatch(/^arn:aws-cn:lambda:cn-north-1:/);
});

it("says what a signed URL does not tell", () => {
  const url = "https://abc.lambda-url.eu-central-1.on.aws";
  const { policy, notes } = of(
    `a:\n  match: { path: /a }\n  function: { url: "${url}", auth: { aws: { region: eu-central-1 } } }`,
  );
  expect(policy.Statement).toEqual([]);
  expect(notes).toEqual([expect.stringContaining("lambda:InvokeFunctionUrl")]);
});
