import { z } from "zod";
import type { Application, Configurations, Environment, Profile } from "./configurations.ts";
import type { DeploymentState } from "./deployment.ts";
import { existing, given, page, read, type Operation } from "./operation.ts";
import { checkValidators } from "./validators.ts";

const name = z.string().min(1).max(64);
const Description = z.string().max(1024).nullable().default(null);
const named = z.object({ Name: name, Description });
const validators = z
  .array(z.strictObject({ Type: z.literal("JSON_SCHEMA"), Content: z.string().max(32_768) }))
  .max(2);
const newProfile = z.object({
  Name: z.string().min(1).max(128),
  Description,
  LocationUri: z.string().min(1),
  Type: z.enum(["AWS.Freeform", "AWS.AppConfig.FeatureFlags"]).default("AWS.Freeform"),
  Validators: validators.default([]),
});
const profileUpdate = z.object({ Validators: validators });

/** Applications, their environments and their profiles: just enough to make, find and look at them. */
export function resourceOperations(configurations: Configurations): Operation[] {
  const { applications } = configurations;
  const application = (id: string | undefined) => existing(applications.byId(id ?? ""), "Application");
  const profile = ([inside, id]: readonly string[]) =>
    existing(application(inside).profiles.byId(id ?? ""), "ConfigurationProfile");
  const one = "/applications/{id}";
  return [
    {
      name: "ListApplications",
      request: "GET /applications",
      status: 200,
      run: ({ query }) => page(applications.all().map(asApplication), query),
    },
    {
      name: "CreateApplication",
      request: "POST /applications",
      status: 201,
      run: ({ body }) => {
        const { Name, Description } = read(named, body);
        return { json: asApplication(configurations.addApplication(Name, Description)) };
      },
    },
    {
      name: "GetApplication",
      request: `GET ${one}`,
      status: 200,
      run: ({ path: [id] }) => ({ json: asApplication(application(id)) }),
    },
    {
      name: "ListEnvironments",
      request: `GET ${one}/environments`,
      status: 200,
      run: ({ path: [id], query }) => {
        const environments = application(id).environments.all();
        return page(
          environments.map((environment) => asEnvironment(id!, environment)),
          query,
        );
      },
    },
    {
      name: "CreateEnvironment",
      request: `POST ${one}/environments`,
      status: 201,
      run: ({ path: [id], body }) => {
        const { Name, Description } = read(named, body);
        return {
          json: asEnvironment(id!, configurations.addEnvironment(application(id), Name, Description)),
        };
      },
    },
    {
      name: "GetEnvironment",
      request: `GET ${one}/environments/{id}`,
      status: 200,
      run: ({ path: [inside, id] }) => {
        const environment = existing(application(inside).environments.byId(id!), "Environment");
        return { json: asEnvironment(inside!, environment) };
      },
    },
    {
      name: "ListConfigurationProfiles",
      request: `GET ${one}/configurationprofiles`,
      status: 200,
      run: ({ path: [id], query }) => {
        const type = query.get("type");
        const profiles = application(id).profiles.all();
        const wanted = profiles.filter((profile) => type === null || profile.type === type);
        return page(
          wanted.map((profile) => summaryOf(id!, profile)),
          query,
        );
      },
    },
    {
      name: "CreateConfigurationProfile",
      request: `POST ${one}/configurationprofiles`,
      status: 201,
      run: ({ path: [id], body }) => {
        const { Name, Description, LocationUri, Type, Validators } = read(newProfile, body);
        checkValidators(Validators);
        const more = {
          description: Description,
          locationUri: LocationUri,
          type: Type,
          validators: Validators,
        };
        return { json: asProfile(id!, configurations.addProfile(application(id), Name, more)) };
      },
    },
    {
      name: "GetConfigurationProfile",
      request: `GET ${one}/configurationprofiles/{id}`,
      status: 200,
      run: ({ path }) => ({ json: asProfile(path[0]!, profile(path)) }),
    },
    {
      name: "UpdateConfigurationProfile",
      request: `PATCH ${one}/configurationprofiles/{id}`,
      status: 200,
      run: ({ path, body }) => {
        const { Validators } = read(profileUpdate, body);
        checkValidators(Validators);
        const updated = profile(path);
        updated.validators = Validators;
        return { json: asProfile(path[0]!, updated) };
      },
    },
  ];
}

function asApplication({ id, name, description }: Application): Record<string, unknown> {
  return given({ Id: id, Name: name, Description: description });
}

function asEnvironment(ApplicationId: string, environment: Environment): Record<string, unknown> {
  const { id, name, description } = environment;
  return given({
    ApplicationId,
    Id: id,
    Name: name,
    Description: description,
    State: stateOf(environment),
    Monitors: [],
  });
}

const STATES: Partial<Record<DeploymentState, string>> = {
  ROLLING_BACK: "ROLLING_BACK",
  ROLLED_BACK: "ROLLED_BACK",
  REVERTED: "REVERTED",
};

function stateOf({ deployments }: Environment): string {
  const newest = deployments.newestFirst()[0];
  if (newest === undefined) return "READY_FOR_DEPLOYMENT";
  return STATES[newest.state()] ?? (newest.inProgress() ? "DEPLOYING" : "READY_FOR_DEPLOYMENT");
}

function summaryOf(ApplicationId: string, { id, name, locationUri, type, validators }: Profile) {
  const ValidatorTypes = validators.map(({ Type }) => Type);
  return { ApplicationId, Id: id, Name: name, LocationUri: locationUri, Type: type, ValidatorTypes };
}

function asProfile(ApplicationId: string, profile: Profile): Record<string, unknown> {
  const { id, name, description, locationUri, type, validators } = profile;
  const about = { Id: id, Name: name, Description: description };
  return given({ ApplicationId, ...about, LocationUri: locationUri, Type: type, Validators: validators });
}
