import type { GroupIncrement } from "../store/evidence-store.ts";
import type { Comparison, Difference, DifferenceKind } from "./comparison.ts";
import { isDate, parseInstant } from "./instant.ts";

/** Groups that are told apart; what comes after goes into one for all. */
export const MAX_GROUPS = 500;

/** The place of the group that holds what found no group of its own. */
export const OVERFLOW = "**";

const DYNAMIC: readonly RegExp[] = [
  // An index of an array, or an id that is a number: nobody would want either of them as a group of its own.
  /^\d+$/,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  // Digests and ObjectIds. The digit keeps words like "facade" out, the length keeps "cafe1" in.
  /^(?=.*\d)[0-9a-f]{16,}$/i,
  // ULID (https://github.com/ulid/spec)
  /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
];

/**
 * A place with `*` for each step that names one of many: an index, or a key of an object that is an id (number, UUID,
 * digest, ULID, e-mail address) or a day. A rule that is written for the folded place reaches all of them.
 */
export function foldPlace(at: string): string {
  if (!at.includes("/")) return at;
  return at
    .split("/")
    .map((step, n) => (n > 0 && isDynamic(step) ? "*" : step))
    .join("/");
}

function isDynamic(step: string): boolean {
  // Most steps are plain names, and nothing that names one of many is without these.
  if (!/[\d@]/.test(step)) return false;
  return DYNAMIC.some((pattern) => pattern.test(step)) || isDate(step) || parseInstant(step) !== null;
}

/** The groups of one comparison: one for each folded place and kind, however many elements of a list show it. */
export function groupsOf(comparison: Comparison): GroupIncrement[] {
  const groups = new Map<string, GroupIncrement>();
  // Differences that no rule excuses come first, so a pair that shows both counts as not excused.
  for (const difference of comparison.differences) note(groups, difference, 0);
  for (const difference of comparison.ignored) note(groups, difference, 1);
  return [...groups.values()];
}

function note(groups: Map<string, GroupIncrement>, difference: Difference, ignoredPairs: 0 | 1): void {
  const { kind, primary, candidate } = difference;
  const at = foldPlace(difference.at);
  const id = groupId(at, kind);
  if (groups.has(id)) return;
  groups.set(id, { at, kind, pairs: 1, ignoredPairs, example: { primary, candidate } });
}

const groupId = (at: string, kind: DifferenceKind) => `${kind} ${at}`;

/** Groups of many comparisons, added up. No answer, however hostile, makes more than `MAX_GROUPS` of them. */
export interface GroupCounter {
  add(comparison: Comparison): void;
  /** What was counted since the last time. */
  take(): GroupIncrement[];
}

export function groupCounter(maxGroups = MAX_GROUPS): GroupCounter {
  let groups = new Map<string, GroupIncrement>();
  // Outlives what is taken: the same groups keep their names from one flush to the next.
  const named = new Set<string>();

  const hasName = ({ at, kind }: GroupIncrement) => {
    const id = groupId(at, kind);
    if (!named.has(id) && named.size < maxGroups) named.add(id);
    return named.has(id);
  };
  return {
    add(comparison) {
      const ofPair = new Map<string, GroupIncrement>();
      for (const group of groupsOf(comparison)) {
        const kept = hasName(group) ? group : { ...group, at: OVERFLOW, example: null };
        const id = groupId(kept.at, kept.kind);
        if (!ofPair.has(id)) ofPair.set(id, kept);
      }
      for (const [id, group] of ofPair) groups.set(id, together(groups.get(id), group));
    },
    take() {
      const taken = [...groups.values()];
      groups = new Map();
      return taken;
    },
  };
}

function together(present: GroupIncrement | undefined, added: GroupIncrement): GroupIncrement {
  if (present === undefined) return added;
  return {
    ...present,
    pairs: present.pairs + added.pairs,
    ignoredPairs: present.ignoredPairs + added.ignoredPairs,
  };
}
