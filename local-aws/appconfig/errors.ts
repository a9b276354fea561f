import { ServiceError } from "../service-error.ts";

/** What may be wrong with a token; the vocabulary is InvalidParameterDetail's `Problem`. */
export type TokenProblem = "Corrupted" | "Expired" | "PollIntervalNotSatisfied";

/** What is unknown; part of the vocabulary of ResourceNotFoundException's `ResourceType`. */
export type ResourceType = "Application" | "Environment" | "ConfigurationProfile" | "Deployment";

/** One thing that is wrong with a configuration; the fields of InvalidConfigurationDetail. */
export interface InvalidConfiguration {
  readonly Constraint: string;
  readonly Location: string;
  readonly Reason: string;
  readonly Type: "JSON_SCHEMA";
}

/** The data plane's refusals, spelled as https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_GetLatestConfiguration.html#API_appconfigdata_GetLatestConfiguration_Errors. */
export const badToken = (Problem: TokenProblem) =>
  new ServiceError(400, "BadRequestException", {
    Message: `Request failed because of the configuration token: ${Problem}`,
    Reason: "InvalidParameters",
    Details: { InvalidParameters: { configuration_token: { Problem } } },
  });

export const notFound = (ResourceType: ResourceType) =>
  new ServiceError(404, "ResourceNotFoundException", {
    Message: `${ResourceType} not found`,
    ResourceType,
    ReferencedBy: {},
  });

export const badRequest = (Message: string) => new ServiceError(400, "BadRequestException", { Message });

/** The control plane's refusals, spelled as https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_CreateHostedConfigurationVersion.html#API_CreateHostedConfigurationVersion_Errors. */
export const noSuch = (ResourceName: string) =>
  new ServiceError(404, "ResourceNotFoundException", { Message: `${ResourceName} not found`, ResourceName });

export const conflict = (Message: string) => new ServiceError(409, "ConflictException", { Message });

export const invalidConfiguration = (details: readonly InvalidConfiguration[]) =>
  new ServiceError(400, "BadRequestException", {
    Message: "The configuration does not pass the validators of its profile",
    Reason: "InvalidConfiguration",
    Details: { InvalidConfiguration: details },
  });

export const tooLarge = (limitBytes: number, sizeBytes: number) =>
  new ServiceError(413, "PayloadTooLargeException", {
    Message: "The configuration is too large",
    Measure: "KILOBYTES",
    Limit: limitBytes / 1024,
    Size: sizeBytes / 1024,
  });
