import { readFileSync } from "node:fs";

/** What a process and its children have used, by the operating system's own books (Linux). */
export interface ProcessCost {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** A tick of the books; 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;

/** All of it so far; null where there is no /proc. */
export function processCost(pid: number): ProcessCost | null {
  try {
    let cpuMs = 0;
    let rssBytes = 0;
    for (const one of withChildren(pid)) {
      // The name in parentheses may hold blanks; fields are counted behind it (proc_pid_stat(5)).
      const stat = readFileSync(`/proc/${one}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      cpuMs += (Number(fields[11]) + Number(fields[12])) * TICK_MS;
      rssBytes += Number(fields[21]) * PAGE_BYTES;
    }
    return { cpuMs, rssBytes };
  } catch {
    return null;
  }
}

function withChildren(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [
    pid,
    ...(children === "" ? [] : children.split(" ").flatMap((child) => withChildren(Number(child)))),
  ];
}
