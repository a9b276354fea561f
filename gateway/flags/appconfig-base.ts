import { isDeepStrictEqual } from "node:util";
import type { AppConfigControl } from "./appconfig-control.ts";
import type { FlagDeployment } from "./appconfig-deployment.ts";
import { NotMade } from "./appconfig-failure.ts";
import type { DeploymentSurvey } from "./appconfig-survey.ts";
import type { StoredVersion } from "./appconfig-version.ts";
import { parseFlags } from "./document.ts";
import type { FlagDocument } from "./document-schema.ts";
import { emptyFlags } from "./edit.ts";

/** What a change is made to. */
export interface Base {
  readonly text: string;
  readonly contentType: string;
  readonly document: FlagDocument;
  /** What operators quote; "none" before the first deployment. */
  readonly version: string;
  /** What brought it; null before the first. */
  readonly deployment: FlagDeployment | null;
}

/**
 * The flags as they are deployed, never the newest stored version as such: that may be somebody's draft, or left behind
 * by a change that got no further. With `carrying`, what is just being deployed counts if it is valid: a change that
 * must stop it carries it on instead of losing it.
 */
export async function baseOf(
  control: AppConfigControl,
  { settled, running }: DeploymentSurvey,
  carrying: boolean,
): Promise<Base> {
  if (carrying && running?.ofFlags === true && running.state !== "ROLLING_BACK") {
    const base = await broughtBy(control, running);
    if (typeof base !== "string") return base;
  }
  if (settled === null) return NOTHING;
  const base = await broughtBy(control, settled);
  if (typeof base === "string") throw new NotMade("invalid", base);
  return base;
}

/** The version after all that were ever used: one that was stored but not deployed may have been seen by somebody. */
export async function nextVersion(
  control: AppConfigControl,
  base: Base,
  stored: StoredVersion | null,
): Promise<number> {
  const next = base.document.version + 1;
  if (stored === null || stored.number === base.deployment?.version) return next;
  const draft = parsedBytes((await control.content(stored.number)).bytes);
  return draft.ok ? Math.max(next, draft.document.version + 1) : next;
}

/** Whether two documents decide alike, whoever signed them. */
export function decideAlike(one: FlagDocument, other: FlagDocument): boolean {
  return isDeepStrictEqual(unsigned(one), unsigned(other));
}

const EMPTY = emptyFlags(true);

const NOTHING: Base = {
  text: EMPTY,
  contentType: "application/json",
  document: { version: 0, kill: false, routes: {} },
  version: "none",
  deployment: null,
};

/** What a deployment brought, or what is wrong with that. */
async function broughtBy(control: AppConfigControl, deployment: FlagDeployment): Promise<Base | string> {
  const { bytes, contentType } = await control.content(deployment.version);
  const parsed = parsedBytes(bytes);
  if (parsed.ok) {
    const { text, document, snapshot } = parsed;
    return { text, contentType, document, version: snapshot.version, deployment };
  }
  const which = `what deployment ${deployment.number} brought (stored version ${deployment.version})`;
  return `${which} is not valid, deploy a correct one first:\n${parsed.problems.join("\n")}`;
}

function parsedBytes(bytes: Uint8Array) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text, ...parseFlags(text) };
  } catch {
    return { ok: false, problems: ["1:1: it is no UTF-8 text"] } as const;
  }
}

function unsigned({ version: _version, by: _by, reason: _reason, at: _at, ...document }: FlagDocument) {
  const routes = Object.entries(document.routes).map(
    ([id, { by: _by, reason: _reason, at: _at, ...flag }]) => [id, flag],
  );
  return { ...document, routes: Object.fromEntries(routes) as unknown };
}
