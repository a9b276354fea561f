import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a process holds, by the operating system's own books (Linux). */
export interface Resources {
  readonly rssMb: number;
  /** Of it what belongs to no file: the rest is mostly Node's own program, which all processes share. */
  readonly anonymousMb: number;
  readonly descriptors: number;
  readonly sockets: number;
  readonly threads: number;
}

/** Throws where there is no such process, or no /proc. */
export function resourcesOf(pid: number): Resources {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  return {
    rssMb: field("VmRSS") / 1024,
    anonymousMb: field("RssAnon") / 1024,
    descriptors: links.length,
    sockets: links.filter((link) => link.startsWith("socket:")).length,
    threads: field("Threads"),
  };
}

/** Empty for one that was closed since it was listed. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
