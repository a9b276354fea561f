import { useEffect, useState } from "preact/hooks";
import { ApiProblem } from "../api/problem.ts";

/** Something that is asked for: what came last, and what went wrong last. */
export interface Loaded<T> {
  readonly value: T | null;
  readonly problem: ApiProblem | null;
  readonly isLoading: boolean;
}

/** Asks when the component appears and whenever `about` changes; an answer that comes too late is let go. */
export function useLoaded<T>(ask: () => Promise<T>, about: readonly unknown[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ value: null, problem: null, isLoading: true });
  useEffect(() => {
    let isWanted = true;
    setLoaded((before) => ({ ...before, isLoading: true }));
    ask()
      .then((value) => isWanted && setLoaded({ value, problem: null, isLoading: false }))
      .catch((error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        if (isWanted) setLoaded((before) => ({ ...before, problem: error, isLoading: false }));
      });
    return () => {
      isWanted = false;
    };
  }, about);
  return loaded;
}
