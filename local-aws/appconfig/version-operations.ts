import type { Configurations } from "./configurations.ts";
import { badRequest, tooLarge } from "./errors.ts";
import type { HostedVersion, NewVersion } from "./hosted-versions.ts";
import { existing, given, page, type Answer, type Call, type Operation } from "./operation.ts";
import { validate } from "./validators.ts";

/** What a hosted version holds at most. */
export const MAX_CONTENT_BYTES = 1024 * 1024;

const VERSIONS = "/applications/{id}/configurationprofiles/{id}/hostedconfigurationversions";

/** The store of contents that AppConfig keeps itself. */
export function versionOperations(configurations: Configurations): Operation[] {
  const profileOf = ([inside, id]: readonly string[]) => {
    const { profiles } = existing(configurations.applications.byId(inside ?? ""), "Application");
    return existing(profiles.byId(id ?? ""), "ConfigurationProfile");
  };
  return [
    {
      name: "CreateHostedConfigurationVersion",
      request: `POST ${VERSIONS}`,
      status: 201,
      run: (call) => {
        const { versions, validators } = profileOf(call.path);
        if (call.sentBytes > MAX_CONTENT_BYTES) throw tooLarge(MAX_CONTENT_BYTES, call.sentBytes);
        validate(validators, call.body);
        return asVersion(call.path, versions.create(versionIn(call), latestIn(call)));
      },
    },
    {
      name: "ListHostedConfigurationVersions",
      request: `GET ${VERSIONS}`,
      status: 200,
      run: ({ path, query }) => {
        const label = query.get("version_label");
        const { versions } = profileOf(path);
        const listed = configurations.listsOldestFirst ? versions.oldestFirst() : versions.newestFirst();
        const wanted = listed.filter(({ versionLabel }) => label === null || versionLabel === label);
        return page(
          wanted.map((version) => summaryOf(path, version)),
          query,
        );
      },
    },
    {
      name: "GetHostedConfigurationVersion",
      request: `GET ${VERSIONS}/{number}`,
      status: 200,
      run: ({ path }) => {
        const found = profileOf(path).versions.find(path[2] ?? "");
        return asVersion(path, existing(found, "HostedConfigurationVersion"));
      },
    },
  ];
}

function versionIn({ header, body }: Call): NewVersion {
  const contentType = header("content-type");
  if (contentType === null) throw badRequest("ContentType is required");
  const description = header("description");
  if ((description ?? "").length > 1024) throw badRequest("Description has at most 1024 characters");
  return { content: body, contentType, versionLabel: header("versionlabel"), description };
}

function latestIn({ header }: Call): number | null {
  const latest = header("latest-version-number");
  return latest === null ? null : Number(latest);
}

function summaryOf([ApplicationId, ConfigurationProfileId]: readonly string[], version: HostedVersion) {
  const { number, contentType, versionLabel, description } = version;
  return given({
    ApplicationId,
    ConfigurationProfileId,
    VersionNumber: number,
    ContentType: contentType,
    VersionLabel: versionLabel,
    Description: description,
  });
}

function asVersion([application = "", profile = ""]: readonly string[], version: HostedVersion): Answer {
  const { number, content, contentType, versionLabel, description } = version;
  return {
    bytes: content,
    headers: {
      "application-id": application,
      "configuration-profile-id": profile,
      "version-number": String(number),
      "content-type": contentType,
      ...(versionLabel !== null && { versionlabel: versionLabel }),
      ...(description !== null && { description }),
    },
  };
}
