import { useEffect, useState } from "preact/hooks";
import type { Flipped, FlipRequest } from "../../gateway/admin/contract.ts";
import { operator } from "../api/operator.ts";
import { ApiProblem } from "../api/problem.ts";

/** What would come of a flip. */
export type Foresight =
  | { readonly kind: "asking" }
  | { readonly kind: "allowed"; readonly flipped: Flipped }
  /** It is refused unless somebody insists; `doubts` says why. */
  | { readonly kind: "guarded"; readonly doubts: readonly string[]; readonly flipped: Flipped }
  | { readonly kind: "refused"; readonly refusal: ApiProblem };

const TYPING_MS = 250;

/** Asks by dry runs what would come of a flip, as it is now and again when the wish is another one. */
export function useForesight(wish: FlipRequest): Foresight {
  const [foresight, setForesight] = useState<Foresight>({ kind: "asking" });
  const { route, stage, percent, group, expectVersion } = wish;
  useEffect(() => {
    let isWanted = true;
    setForesight({ kind: "asking" });
    const timer = setTimeout(() => {
      void foresee(wish).then((seen) => isWanted && setForesight(seen));
    }, TYPING_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
    // The reason changes with each key, and nothing depends on it.
  }, [route, stage, percent, group, expectVersion]);
  return foresight;
}

async function foresee(wish: FlipRequest): Promise<Foresight> {
  const asked = { ...wish, reason: "dry run", dryRun: true };
  try {
    const flipped = await operator.flip(asked);
    // What a dry run has to note is what evidence says against it.
    return flipped.notes.length === 0
      ? { kind: "allowed", flipped }
      : { kind: "guarded", doubts: flipped.notes, flipped };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    // Force moves no version and no ladder's end: what is refused with it is refused for good.
    const forced = await operator.flip({ ...asked, force: true }).catch(() => null);
    return forced === null
      ? { kind: "refused", refusal: error }
      : { kind: "guarded", doubts: [error.message, ...forced.notes], flipped: forced };
  }
}
