import { z } from "zod";
import type { Configurations, Environment } from "./configurations.ts";
import type { Deployment } from "./deployment.ts";
import { badRequest } from "./errors.ts";
import { existing, given, page, read, type Operation } from "./operation.ts";
import type { Strategy } from "./strategies.ts";
import { validate } from "./validators.ts";

const Description = z.string().max(1024).nullable().default(null);
const minutes = z.int().min(0).max(1440);
const newStrategy = z.object({
  Name: z.string().min(1).max(64),
  Description: z.string().max(1024).default(""),
  DeploymentDurationInMinutes: minutes,
  FinalBakeTimeInMinutes: minutes.default(0),
  GrowthFactor: z.number().min(1).max(100),
  GrowthType: z.enum(["LINEAR", "EXPONENTIAL"]).default("LINEAR"),
});
const newDeployment = z.object({
  DeploymentStrategyId: z.string(),
  ConfigurationProfileId: z.string(),
  ConfigurationVersion: z.string().min(1).max(1024),
  Description,
  LatestDeploymentNumber: z.int().nullable().default(null),
});

const STRATEGIES = "/deploymentstrategies";
const DEPLOYMENTS = "/applications/{id}/environments/{id}/deployments";

/** Strategies and deployments. */
export function deploymentOperations(configurations: Configurations): Operation[] {
  const { applications, strategies } = configurations;
  const inside = ([id, environment]: readonly string[]) => {
    const application = existing(applications.byId(id ?? ""), "Application");
    return {
      application,
      environment: existing(application.environments.byId(environment ?? ""), "Environment"),
    };
  };
  const start = (path: readonly string[], body: Buffer) => {
    const asked = read(newDeployment, body);
    const { application, environment } = inside(path);
    const profile = existing(application.profiles.byId(asked.ConfigurationProfileId), "ConfigurationProfile");
    const strategy = existing(strategies.byId(asked.DeploymentStrategyId), "DeploymentStrategy");
    const version = profile.versions.find(asked.ConfigurationVersion);
    if (version === undefined) throw badRequest(`There is no version ${asked.ConfigurationVersion}`);
    validate(profile.validators, version.content);
    const what = { profileId: profile.id, profileName: profile.name, version };
    const order = { ...what, strategy, description: asked.Description };
    return environment.deployments.start(order, asked.LatestDeploymentNumber);
  };
  return [
    {
      name: "ListDeploymentStrategies",
      request: `GET ${STRATEGIES}`,
      status: 200,
      run: ({ query }) => page(strategies.all().map(asStrategy), query),
    },
    {
      name: "CreateDeploymentStrategy",
      request: `POST ${STRATEGIES}`,
      status: 201,
      run: ({ body }) => ({ json: asStrategy(strategies.create(strategyIn(body))) }),
    },
    {
      name: "ListDeployments",
      request: `GET ${DEPLOYMENTS}`,
      status: 200,
      run: ({ path, query }) => {
        const { deployments } = inside(path).environment;
        return page(deployments.newestFirst().map(summaryOf), query);
      },
    },
    {
      name: "StartDeployment",
      request: `POST ${DEPLOYMENTS}`,
      status: 201,
      run: ({ path, body }) => ({ json: asDeployment(path, start(path, body)) }),
    },
    {
      name: "GetDeployment",
      request: `GET ${DEPLOYMENTS}/{number}`,
      status: 200,
      run: ({ path }) => ({ json: asDeployment(path, deploymentAt(inside(path).environment, path)) }),
    },
    {
      name: "StopDeployment",
      request: `DELETE ${DEPLOYMENTS}/{number}`,
      status: 202,
      run: ({ path, header }) => {
        const { deployments } = inside(path).environment;
        return {
          json: asDeployment(path, deployments.stop(path[2] ?? "", header("allow-revert") === "true")),
        };
      },
    },
  ];
}

const deploymentAt = ({ deployments }: Environment, path: readonly string[]) =>
  deployments.get(path[2] ?? "");

function strategyIn(body: Buffer): Omit<Strategy, "id"> {
  const asked = read(newStrategy, body);
  return {
    name: asked.Name,
    description: asked.Description,
    durationMinutes: asked.DeploymentDurationInMinutes,
    growthType: asked.GrowthType,
    growthFactor: asked.GrowthFactor,
    bakeMinutes: asked.FinalBakeTimeInMinutes,
  };
}

function asStrategy({ id, name, description, ...growth }: Strategy): Record<string, unknown> {
  return { Id: id, Name: name, Description: description, ...asGrowth(growth), ReplicateTo: "NONE" };
}

function asGrowth(strategy: Omit<Strategy, "id" | "name" | "description">): Record<string, unknown> {
  return {
    DeploymentDurationInMinutes: strategy.durationMinutes,
    GrowthType: strategy.growthType,
    GrowthFactor: strategy.growthFactor,
    FinalBakeTimeInMinutes: strategy.bakeMinutes,
  };
}

function summaryOf(deployment: Deployment): Record<string, unknown> {
  const { number, profileId, profileName, version, strategy } = deployment.order;
  const completedAtMs = deployment.completedAtMs();
  return given({
    DeploymentNumber: number,
    ConfigurationProfileId: profileId,
    ConfigurationName: profileName,
    ConfigurationVersion: String(version.number),
    VersionLabel: version.versionLabel,
    ...asGrowth(strategy),
    State: deployment.state(),
    PercentageComplete: deployment.percentageComplete(),
    StartedAt: new Date(deployment.startedAtMs).toISOString(),
    CompletedAt: completedAtMs === null ? null : new Date(completedAtMs).toISOString(),
    Type: "USER",
  });
}

function asDeployment([ApplicationId, EnvironmentId]: readonly string[], deployment: Deployment) {
  const { strategy, description } = deployment.order;
  return given({
    ...summaryOf(deployment),
    ApplicationId,
    EnvironmentId,
    DeploymentStrategyId: strategy.id,
    ConfigurationLocationUri: "hosted",
    Description: description,
    EventLog: deployment.events(),
  });
}
