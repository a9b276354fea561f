import { ControlFailure } from "./appconfig-failure.ts";

/** Where AppConfig keeps the flags, by its own ids. */
export interface FlagPlace {
  readonly ApplicationId: string;
  readonly EnvironmentId: string;
  readonly ConfigurationProfileId: string;
  readonly profileName: string;
}

interface Listed {
  readonly Id?: string | undefined;
  readonly Name?: string | undefined;
}

/** The only one with that id or name; `what` says of which kind, such as `an application`. */
export async function theOne<T extends Listed>(
  what: string,
  wanted: string,
  pages: AsyncIterable<readonly T[]>,
): Promise<T & { readonly Id: string }> {
  const named: (T & { readonly Id: string })[] = [];
  const seen: string[] = [];
  for await (const page of pages) {
    for (const item of page) {
      const { Id, Name = "" } = item;
      if (Id === undefined) continue;
      if (Id === wanted) return { ...item, Id };
      if (Name === wanted) named.push({ ...item, Id });
      seen.push(Name);
    }
  }
  if (named.length === 1) return named[0]!;
  const missing = named.length === 0;
  const choice = missing ? seen.slice(0, 10) : named.map(({ Id }) => Id);
  throw new ControlFailure(
    "missing",
    missing
      ? `AppConfig has no ${what} ${wanted}; those there are: ${choice.join(", ") || "none"}`
      : `AppConfig has several ${what}s called ${wanted}: name one by its id, ${choice.join(" or ")}`,
  );
}

/** Refuses a profile whose content is not for anybody to write who wants to flip a flag. */
export function checkProfile(profile: { Type?: string | undefined; LocationUri?: string | undefined }): void {
  if (profile.Type === "AWS.AppConfig.FeatureFlags") {
    throw new ControlFailure(
      "missing",
      "flips are not made in a feature-flag profile: change the route's flag in AppConfig's console and deploy it, or move the flags to a freeform profile and name that in routes.yaml",
    );
  }
  if (profile.LocationUri !== undefined && profile.LocationUri !== "hosted") {
    throw new ControlFailure(
      "missing",
      `this profile's content is kept in ${profile.LocationUri}: change it there, or make a profile that AppConfig hosts itself`,
    );
  }
}
