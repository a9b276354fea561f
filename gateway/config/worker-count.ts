import { availableParallelism } from "node:os";

const MOST = 128;

/** How many processes are to answer clients: a number, or `auto` for one a core; null for anything else. */
export function workerCount(written: string): number | null {
  if (written === "auto") return Math.min(availableParallelism(), MOST);
  const count = /^[1-9][0-9]{0,2}$/.test(written) ? Number(written) : MOST + 1;
  return count <= MOST ? count : null;
}
