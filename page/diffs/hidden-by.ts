import type { Diffs } from "../../gateway/admin/contract.ts";
import { foldPlace } from "../../gateway/diff/group.ts";
import type { PlaceGroup } from "./place-tree.ts";

/** What an ignore rule for a place would hide. */
export interface Hidden {
  /** Counted pairs in which this difference is not excused yet. */
  readonly pairs: number;
  /** Of the samples, those that differ at no other place. */
  readonly onlyHere: number;
}

export function hiddenBy(at: string, groups: readonly PlaceGroup[], samples: Diffs["samples"]): Hidden {
  const pairs = groups.reduce((most, group) => Math.max(most, group.pairs - group.ignoredPairs), 0);
  const onlyHere = samples.filter(({ differences }) =>
    differences.every((one) => foldPlace(one.at) === at),
  ).length;
  return { pairs, onlyHere };
}
