import type { Clock } from "../clock.ts";
import { servedFlags, servedText } from "./appconfig-document.ts";
import type { AppConfigAddress, ConfigurationSession, PolledConfiguration } from "./configuration-session.ts";
import type { FlagSnapshot, FlagSource } from "./flag-source.ts";
import type { FlagsInUse } from "./flags-in-use.ts";
import { PolledFlags, type PolledPlace } from "./polled-flags.ts";
import { limited } from "./time-limit.ts";

export interface AppConfigFlagsOptions extends AppConfigAddress {
  /** Polls come no faster, whatever the service allows; 15 s, the least that AppConfig grants, unless told. */
  readonly pollMs?: number;
  /** Where the newest good flags are kept for a start without AppConfig. */
  readonly cacheFile: string;
  readonly clock: Clock;
  /** A new snapshot is in use, the first one included. */
  readonly onChange?: (snapshot: FlagSnapshot) => void;
  /** AppConfig or what it serves could not be used; said once for each problem in a row. */
  readonly onRejected?: (problem: string) => void;
}

const POLL_MS = 15_000;
/** One attempt, a new session included. */
const ATTEMPT_MS = 10_000;

/** Flags polled from AppConfig, in sessions of whatever kind. */
export function polledAppConfig(
  { application, environment, profile, pollMs = POLL_MS, ...options }: AppConfigFlagsOptions,
  open: (pollMs: number) => ConfigurationSession,
): FlagSource {
  const place = `AppConfig ${application}/${environment}/${profile}`;
  return new PolledFlags({ place, read: servedFlags, ...options }, pollMs, (flags) =>
    polledBy(open(pollMs), flags),
  );
}

function polledBy(session: ConfigurationSession, flags: FlagsInUse): PolledPlace {
  /** What is wrong with what is served, for as long as that stays unchanged; null when nothing is. */
  let problem: string | null = "it serves nothing: deploy a configuration";
  const take = ({ content, contentType }: PolledConfiguration) => {
    if (content === null) return;
    const served = servedText(content, contentType);
    problem = served.ok ? flags.take(served.text) : served.problem;
  };
  return {
    async ask(stopping) {
      const polled = await limited(ATTEMPT_MS, stopping, (signal) => session.poll(signal));
      take(polled);
      if (problem === null) flags.confirm();
      else flags.reject(problem);
      return polled.intervalMs;
    },
    close: () => session.close(),
  };
}
