import { createHash } from "node:crypto";
import { checkedFlags, inWords } from "./document.ts";
import type { ReadFlags } from "./last-known-good.ts";

/**
 * What AppConfig serves of a profile of type AWS.AppConfig.FeatureFlags, by key; what is not enabled has lost its
 * attributes. https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-type-reference-feature-flags.html
 */
export type FeatureFlags = Readonly<Record<string, FeatureFlag>>;

type FeatureFlag = { readonly enabled: boolean } & Readonly<Record<string, unknown>>;

const EXPECTED =
  "in a feature-flag profile each flag is a route's, by the route's id, and has the attribute stage:";

/** No route can be called so, for its underscore. */
const KILL_ALL = "kill_all";

export function isFeatureFlags(content: unknown): content is FeatureFlags {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return false;
  const flags: unknown[] = Object.values(content);
  return flags.length > 0 && flags.every(isFeatureFlag);
}

/**
 * The flags that feature flags stand for. Each is a route's, by the route's id; `kill_all` is the emergency stop. A
 * route's flag that is off means legacy, so that whoever switches it off takes the route back, whatever stage its
 * attributes named.
 *
 * Nobody counts a version in them: it is made from what they say, the same on every gateway.
 */
export function flagsOfFeatures({ [KILL_ALL]: killAll, ...flags }: FeatureFlags): ReturnType<ReadFlags> {
  const ids = Object.keys(flags).toSorted();
  const variants = ids.filter((id) => flags[id] !== undefined && "_variant" in flags[id]);
  if (variants.length > 0) return { ok: false, problems: variants.map(chosenForGateway) };
  const routes = Object.fromEntries(ids.map((id) => [id, flagOf(flags[id]!)]));
  const checked = checkedFlags({ version: 0, kill: killAll?.enabled === true, routes });
  if (!checked.ok) {
    const problems = checked.issues.map((issue) => inWords({ ...issue, path: issue.path.slice(1) }));
    return { ok: false, problems: [EXPECTED, ...problems] };
  }
  const { document, snapshot } = checked;
  return { ok: true, snapshot: { ...snapshot, version: versionOf(document) } };
}

/** Attributes are flat: `testers_function` and `testers_legacy` are a document's `testers`. */
function flagOf({ enabled, testers_function, testers_legacy, ...attributes }: FeatureFlag): object {
  if (!enabled) return { stage: "legacy" };
  if (testers_function === undefined && testers_legacy === undefined) return attributes;
  return { ...attributes, testers: { function: testers_function, legacy: testers_legacy } };
}

function chosenForGateway(id: string): string {
  return `${id}: AppConfig has chosen one of its variants for this gateway, which would be for all clients alike: take the variants out, and use the attributes stage and percent`;
}

function versionOf(document: object): string {
  return `ff-${createHash("sha256").update(JSON.stringify(document)).digest("hex").slice(0, 8)}`;
}

function isFeatureFlag(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && "enabled" in value && typeof value.enabled === "boolean"
  );
}
