import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { watchFile, type FileWatch } from "../config/watch.ts";
import { fileText } from "./file-text.ts";
import { replaceFile } from "./replace-file.ts";

/** What this gateway alone sends to legacy, whatever the flags say. */
export interface Stopped {
  readonly everything: boolean;
  /** Route ids. */
  readonly routes: ReadonlySet<string>;
}

export const NOTHING_STOPPED: Stopped = { everything: false, routes: new Set() };

const MAX_BYTES = 64 * 1024;
const ROUTE_LINE = /^route:\s*([a-z0-9][a-z0-9-]*)$/;

/**
 * The emergency stop of one gateway: a file that needs nothing else to work, no flags, no network, no valid document.
 * That it is there stops everything (`touch .banyan/kill`), unless it names routes, one a line: `route: get-order`.
 * What cannot be understood stops everything, because somebody meant to stop something. Lines with `#` are for people.
 */
export interface StopFile {
  current(): Stopped;
  /**
   * Writes the file, or removes it when nothing is stopped any more; in use when this resolves. What is to be stopped is
   * stopped even when this rejects, as on a full disk, and then for as long as this process runs.
   */
  set(stopped: Stopped, signature: { readonly by: string; readonly reason: string }): Promise<void>;
  start(): Promise<void>;
  /** Reads the file now. */
  refresh(): Promise<void>;
  stop(): void;
}

export function stopFile(path: string, onChange: (stopped: Stopped) => void): StopFile {
  let stopped = NOTHING_STOPPED;
  /** What could not be written, and is stopped all the same. */
  let unwritten = NOTHING_STOPPED;
  let watching: FileWatch | undefined;

  const take = (next: Stopped) => {
    if (sameAs(stopped, next)) return;
    stopped = next;
    onChange(next);
  };
  const read = async () => {
    try {
      const text = await fileText(path, MAX_BYTES);
      take(both(text === null ? NOTHING_STOPPED : stoppedBy(text), unwritten));
    } catch {
      // It is there and cannot be read: it means what it means when it is there.
      take({ everything: true, routes: new Set() });
    }
  };

  return {
    current: () => stopped,
    async set(next, { by, reason }) {
      unwritten = both(stopped, next);
      take(unwritten);
      await mkdir(dirname(path), { recursive: true });
      if (next.everything || next.routes.size > 0) await replaceFile(path, textOf(next, by, reason));
      else await rm(path, { force: true });
      unwritten = NOTHING_STOPPED;
      take(next);
    },
    refresh: read,
    async start() {
      watching ??= watchFile(path, () => void read(), { tellsRemoval: true });
      await watching.start();
      await read();
    },
    stop() {
      watching?.stop();
      watching = undefined;
    },
  };
}

function stoppedBy(text: string): Stopped {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const routes = lines.map((line) => ROUTE_LINE.exec(line)?.[1]);
  const named = routes.filter((id) => id !== undefined);
  const everything = named.length === 0 || named.length < lines.length;
  return { everything, routes: new Set(named) };
}

function textOf({ everything, routes }: Stopped, by: string, reason: string): string {
  const oneLine = (text: string) => text.replaceAll(/\p{Cc}/gu, " ");
  const lines = [
    "# While this file is here, this gateway sends to legacy what it names, or everything when it names no route.",
    `# ${oneLine(by)}: ${oneLine(reason)}`,
    ...(everything ? ["everything"] : []),
    ...[...routes].toSorted().map((id) => `route: ${id}`),
  ];
  return `${lines.join("\n")}\n`;
}

function both(a: Stopped, b: Stopped): Stopped {
  return { everything: a.everything || b.everything, routes: a.routes.union(b.routes) };
}

function sameAs(a: Stopped, b: Stopped): boolean {
  return a.everything === b.everything && a.routes.size === b.routes.size && a.routes.isSubsetOf(b.routes);
}
