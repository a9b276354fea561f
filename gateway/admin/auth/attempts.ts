import { createHash } from "node:crypto";
import type { Clock } from "../../clock.ts";

/** Who guesses too often. */
export interface Attempts {
  /** Seconds until proofs from this peer are looked at again; 0 for now. A proof that was right before always is. */
  waitS(peer: string, proof: string): number;
  right(proof: string): void;
  wrong(peer: string): void;
}

const WRONG_AT_MOST = 10;
const WINDOW_MS = 60_000;
const PEERS_AT_MOST = 10_000;
const PROOFS_AT_MOST = 1000;

/**
 * Counts wrong proofs by peer: after ten within a minute the next are not even looked at. Whoever was let in before still
 * is, so that one bad neighbour behind the same address keeps nobody from the kill switch.
 */
export function attempts(clock: Pick<Clock, "elapsed">): Attempts {
  const windows = new Map<string, { readonly since: number; wrong: number }>();
  const accepted = new Set<string>();
  const current = (peer: string) => {
    const window = windows.get(peer);
    return window !== undefined && clock.elapsed() - window.since < WINDOW_MS ? window : null;
  };
  return {
    waitS(peer, proof) {
      const window = current(peer);
      if (window === null || window.wrong < WRONG_AT_MOST || accepted.has(digest(proof))) return 0;
      return Math.ceil((window.since + WINDOW_MS - clock.elapsed()) / 1000);
    },
    right(proof) {
      remember(accepted, digest(proof), PROOFS_AT_MOST);
    },
    wrong(peer) {
      const window = current(peer);
      if (window !== null) window.wrong += 1;
      else {
        windows.delete(peer);
        if (windows.size >= PEERS_AT_MOST) windows.delete(windows.keys().next().value!);
        windows.set(peer, { since: clock.elapsed(), wrong: 1 });
      }
    },
  };
}

function remember(set: Set<string>, value: string, most: number): void {
  set.delete(value);
  if (set.size >= most) set.delete(set.values().next().value!);
  set.add(value);
}

function digest(proof: string): string {
  return createHash("sha256").update(proof).digest("base64");
}
