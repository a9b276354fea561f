import type { FlagPlace } from "./appconfig-place.ts";

/** One deployment, as AppConfig tells of it. */
export interface FlagDeployment {
  readonly number: number;
  /** Of the flags' own profile; one of another profile is in the way all the same. */
  readonly ofFlags: boolean;
  readonly profileName: string;
  /** The number of the stored version that it brings. */
  readonly version: number;
  readonly state: string;
  /** Share of the targets that have it. */
  readonly percent: number;
  /** Wall-clock milliseconds when it will be through if nothing stops it; null when that is not known. */
  readonly endsAtMs: number | null;
  /** Whose it is and why; null where nobody wrote that, and in lists. */
  readonly description: string | null;
  /** Who made it go back, in words; null when nobody did, and in lists. */
  readonly undoneBy: string | null;
}

/** Of the fields of https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_GetDeployment.html, those that matter here. */
interface Told {
  readonly DeploymentNumber?: number | undefined;
  readonly ConfigurationProfileId?: string | undefined;
  readonly ConfigurationName?: string | undefined;
  readonly ConfigurationVersion?: string | undefined;
  readonly State?: string | undefined;
  readonly PercentageComplete?: number | undefined;
  readonly StartedAt?: Date | undefined;
  readonly DeploymentDurationInMinutes?: number | undefined;
  readonly FinalBakeTimeInMinutes?: number | undefined;
  readonly Description?: string | undefined;
  /** Newest first. */
  readonly EventLog?: readonly ToldEvent[] | undefined;
}

interface ToldEvent {
  readonly EventType?: string | undefined;
  readonly TriggeredBy?: string | undefined;
  readonly Description?: string | undefined;
}

const IN_PROGRESS = ["VALIDATING", "DEPLOYING", "BAKING", "ROLLING_BACK"];
const UNDONE = ["ROLLED_BACK", "REVERTED"];
const UNDOING = ["ROLLBACK_STARTED", "REVERT_COMPLETED"];
const UNDOERS: Readonly<Record<string, string>> = {
  CLOUDWATCH_ALARM: "an alarm",
  USER: "somebody",
  INTERNAL_ERROR: "AppConfig after an internal error",
};

export function deploymentOf(told: Told, place: FlagPlace): FlagDeployment {
  const { ConfigurationProfileId: id, ConfigurationName: profileName = "another profile" } = told;
  return {
    number: told.DeploymentNumber ?? 0,
    // A list may leave the id out, as all did once.
    ofFlags: id === undefined ? profileName === place.profileName : id === place.ConfigurationProfileId,
    profileName,
    version: Number(told.ConfigurationVersion),
    state: told.State ?? "VALIDATING",
    percent: told.PercentageComplete ?? 0,
    endsAtMs: endOf(told),
    description: told.Description ?? null,
    undoneBy: undoerOf(told),
  };
}

export function isInProgress({ state }: FlagDeployment): boolean {
  return IN_PROGRESS.includes(state);
}

export function isUndone({ state }: FlagDeployment): boolean {
  return UNDONE.includes(state);
}

/** Such as `deployment 12 (ann: evidence is in)`. */
export function inWords({ number, ofFlags, profileName, description }: FlagDeployment): string {
  const whose = description === null ? "" : ` (${description})`;
  return `deployment ${number}${ofFlags ? "" : ` of ${profileName}`}${whose}`;
}

function endOf({ StartedAt, DeploymentDurationInMinutes, FinalBakeTimeInMinutes }: Told): number | null {
  if (StartedAt === undefined) return null;
  const minutes = (DeploymentDurationInMinutes ?? 0) + (FinalBakeTimeInMinutes ?? 0);
  return StartedAt.getTime() + minutes * 60_000;
}

function undoerOf({ EventLog = [] }: Told): string | null {
  const undoing = EventLog.find(({ EventType = "" }) => UNDOING.includes(EventType));
  if (undoing === undefined) return null;
  return `${UNDOERS[undoing.TriggeredBy ?? ""] ?? "AppConfig"} (${undoing.Description ?? "no more is known"})`;
}
