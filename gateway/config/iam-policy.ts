import type { AppConfigConfig, GatewayConfig } from "./gateway-config.ts";

/** A policy document (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
export interface IamPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly IamStatement[];
}

interface IamStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** What a policy is for, where the configuration does not tell. */
export interface PolicyOptions {
  /** Twelve digits, or null when nobody named it. */
  readonly account: string | null;
  /** True when flips are to be made as well: by `banyan flip`, or through the gateway's operator side. */
  readonly flips: boolean;
}

/** What a gateway needs of AWS, and what its configuration does not tell. */
export interface LeastPrivilege {
  readonly policy: IamPolicy;
  /** Places where somebody has to fill in or add something. */
  readonly notes: readonly string[];
}

/** Stands for an account that nobody named. */
const NO_ACCOUNT = "ACCOUNT_ID";

/**
 * Exactly what a gateway with this configuration calls: each function by each alias it is called by, and the one AppConfig
 * profile it polls. Invoke and InvokeWithResponseStream are both `lambda:InvokeFunction`
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html).
 */
export function leastPrivilege(
  { aws, flags, routes }: Pick<GatewayConfig, "aws" | "flags" | "routes">,
  { account, flips }: PolicyOptions,
): LeastPrivilege {
  const notes: string[] = [];
  const arn = (service: string, rest: string) =>
    `arn:${partitionOf(aws.region)}:${service}:${aws.region}:${account ?? NO_ACCOUNT}:${rest}`;

  const functions = routes.flatMap(({ function: target }) => {
    if (target.kind !== "lambda") return [];
    const base = target.name.startsWith("arn:") ? target.name : arn("lambda", `function:${target.name}`);
    return [`${base}:${target.qualifier}`];
  });
  const signed = routes.flatMap(({ function: target }) =>
    target.kind === "web" && target.auth.kind === "aws" ? [target.url] : [],
  );
  for (const url of new Set(signed)) {
    notes.push(
      `${url} is signed for, and a URL does not tell its function: allow lambda:InvokeFunctionUrl and lambda:InvokeFunction on it`,
    );
  }

  const statements: IamStatement[] = [];
  if (functions.length > 0) {
    statements.push(allow("InvokeFunctions", ["lambda:InvokeFunction"], functions));
  }
  if (flags.source === "appconfig" || flags.source === "appconfig-agent") {
    const { application, environment, profile } = flags;
    const named = [application, environment, profile].filter((id) => !APPCONFIG_ID.test(id));
    if (named.length > 0) {
      notes.push(`AppConfig's policies take ids: replace ${named.join(", ")} by the ids of these names`);
    }
    if (flags.source === "appconfig") {
      const configuration = `application/${application}/environment/${environment}/configuration/${profile}`;
      const actions = ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"];
      statements.push(allow("ReadFlags", actions, [arn("appconfig", configuration)]));
    }
    if (flips) statements.push(...flipStatements(flags, (rest) => arn("appconfig", rest)));
  }
  const unknown = statements.some(({ Resource }) => Resource.some((one) => one.includes(NO_ACCOUNT)));
  if (unknown) notes.push(`replace ${NO_ACCOUNT}, or say --account 123456789012`);
  return { policy: { Version: "2012-10-17", Statement: statements }, notes };
}

const APPCONFIG_ID = /^[a-z0-9]{7}$/;

/**
 * What a flip calls, each on what AWS lets it be limited to
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsappconfig.html).
 */
function flipStatements(
  {
    application,
    environment,
    profile,
    strategy,
  }: Pick<AppConfigConfig, "application" | "environment" | "profile" | "strategy">,
  arn: (rest: string) => string,
): IamStatement[] {
  const app = `application/${application}`;
  const env = `${app}/environment/${environment}`;
  const hosted = `${app}/configurationprofile/${profile}`;
  const all = (...names: string[]) => names.map((name) => `appconfig:${name}`);
  const anything = { Sid: "FindByName", Effect: "Allow", Resource: ["*"] } as const;
  return [
    { ...anything, Action: all("ListApplications", "ListDeploymentStrategies") },
    allow("FindInApplication", all("ListEnvironments", "ListConfigurationProfiles"), [arn(app)]),
    allow(
      "WriteFlags",
      all(
        "ListHostedConfigurationVersions",
        "GetHostedConfigurationVersion",
        "CreateHostedConfigurationVersion",
      ),
      [arn(app), arn(hosted), arn(`${hosted}/hostedconfigurationversion/*`)],
    ),
    allow("DeployFlags", all("ListDeployments", "GetDeployment", "StartDeployment", "StopDeployment"), [
      arn(app),
      arn(env),
      arn(`${env}/deployment/*`),
      arn(hosted),
      arn(`deploymentstrategy/${strategy}`),
    ]),
  ];
}

function allow(sid: string, actions: readonly string[], resources: readonly string[]): IamStatement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: [...new Set(resources)].toSorted() };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
