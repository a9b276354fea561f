import { inWords, type FlagDeployment } from "./appconfig-deployment.ts";
import { NotMade } from "./appconfig-failure.ts";
import type { FlagPlace } from "./appconfig-place.ts";
import type { StoredVersion } from "./appconfig-version.ts";
import type { FlagDocument } from "./document-schema.ts";

/** The flags are at another version than the change was decided on. */
export function movedOn(actual: string, expected: string, { by, at, reason }: FlagDocument): NotMade {
  const who = by === undefined ? "" : `, made by ${by}${at === undefined ? "" : ` at ${at}`}`;
  const why = reason === undefined ? "" : ` (${reason})`;
  return conflict(`the flags are at version ${actual}${who}${why}, not at ${expected}`);
}

/** Another version was stored after the flags were read. */
export function storedMeanwhile(newest: StoredVersion | null): NotMade {
  return conflict(
    `stored version ${newest?.number ?? "?"} (${newest?.description ?? "somebody"}) came in between`,
  );
}

/** Another deployment was made after the flags were read. */
export function deployedMeanwhile(other: FlagDeployment | null): NotMade {
  return conflict(`${other === null ? "another deployment" : inWords(other)} came in between`);
}

/** Another deployment is in progress. */
export function busy(running: FlagDeployment, { ApplicationId, EnvironmentId }: FlagPlace): NotMade {
  const { number, state, endsAtMs } = running;
  const until = endsAtMs === null ? "" : ` until ${new Date(endsAtMs).toISOString()}`;
  const hint = state === "BAKING" ? "; a deployment strategy without bake time spares the wait" : "";
  const ids = `--application-id ${ApplicationId} --environment-id ${EnvironmentId} --deployment-number ${number}`;
  return new NotMade(
    "busy",
    `${inWords(running)} is ${state}${until}, and an environment has one at a time: repeat this when it is through${hint}\nto undo it instead: aws appconfig stop-deployment ${ids} --allow-revert`,
  );
}

/** A deployment was asked for, but neither the answer came nor can deployments be listed. */
export function maybeStarted(version: number, why: string): NotMade {
  return new NotMade(
    "failed",
    `whether stored version ${version} is being deployed is not known: ${why}; look in AppConfig before you repeat this`,
  );
}

/** A deployment undoes another one that came just before it, and cannot be taken back. */
export function notTakenBack(number: number, why: string): NotMade {
  return new NotMade(
    "failed",
    `deployment ${number} is without what deployment ${number - 1} brought just before it, and could not be stopped: ${why}; stop it in AppConfig, then repeat this`,
  );
}

function conflict(what: string): NotMade {
  return new NotMade("conflict", `${what}: look again, then repeat what still holds`);
}
