import { ServiceError } from "../service-error.ts";

/** What may be wrong with a token; the vocabulary is InvalidParameterDetail's `Problem`. */
export type TokenProblem = "Corrupted" | "Expired" | "PollIntervalNotSatisfied";

/** Which of three names is unknown; part of the vocabulary of ResourceNotFoundException's `ResourceType`. */
export type ResourceType = "Application" | "Environment" | "ConfigurationProfile";

/** AppConfig's refusals, spelled as https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_GetLatestConfiguration.html#API_appconfigdata_GetLatestConfiguration_Errors. */
export const badToken = (Problem: TokenProblem) =>
  new ServiceError(400, "BadRequestException", {
    Message: `Request failed because of the configuration token: ${Problem}`,
    Reason: "InvalidParameters",
    Details: { InvalidParameters: { configuration_token: { Problem } } },
  });

export const badRequest = (Message: string) => new ServiceError(400, "BadRequestException", { Message });

export const notFound = (ResourceType: ResourceType) =>
  new ServiceError(404, "ResourceNotFoundException", {
    Message: `${ResourceType} not found`,
    ResourceType,
    ReferencedBy: {},
  });
