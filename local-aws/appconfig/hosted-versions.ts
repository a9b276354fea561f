import { badRequest, conflict } from "./errors.ts";

/** One version of a profile's content in AppConfig's own store. Immutable. */
export interface HostedVersion {
  readonly number: number;
  readonly content: Buffer;
  /** What the data plane makes of the content. */
  readonly served: Buffer;
  readonly contentType: string;
  /** Null when nobody gave it one. */
  readonly versionLabel: string | null;
  readonly description: string | null;
}

/** A version to be. */
export type NewVersion = Omit<HostedVersion, "number" | "served">;

/** Every version that a profile ever had. */
export class HostedVersions {
  readonly #versions: HostedVersion[] = [];
  readonly #serve: (content: Buffer) => Buffer;

  /** `serve` throws a ServiceError for a content that cannot be stored. */
  constructor(serve = (content: Buffer) => content) {
    this.#serve = serve;
  }

  /** Makes the newest one; refused when `after` is given and is not the number of the newest so far. */
  create(version: NewVersion, after: number | null): HostedVersion {
    const newest = this.#versions.length;
    if (after !== null && after !== newest) {
      throw conflict(`The latest version number is ${newest}, not ${after}`);
    }
    const { versionLabel } = version;
    if (versionLabel !== null && !/^.*[^0-9].*$/.test(versionLabel)) {
      throw badRequest("VersionLabel must contain a character that is no digit");
    }
    if (versionLabel !== null && this.find(versionLabel) !== undefined) {
      throw conflict(`There is a version with the label ${versionLabel}`);
    }
    return this.add(version);
  }

  /** Makes the newest one, no questions asked. */
  add(version: NewVersion): HostedVersion {
    const made = { ...version, number: this.#versions.length + 1, served: this.#serve(version.content) };
    this.#versions.push(made);
    return made;
  }

  /** By number or label. */
  find(version: string): HostedVersion | undefined {
    return this.#versions.find((one) => String(one.number) === version || one.versionLabel === version);
  }

  oldestFirst(): readonly HostedVersion[] {
    return this.#versions;
  }

  newestFirst(): readonly HostedVersion[] {
    return this.#versions.toReversed();
  }
}
