import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Something that runs until it is stopped. */
export interface FileWatch {
  /** Resolves once a change cannot be missed any more. */
  start(): Promise<void>;
  stop(): void;
}

/** A file that has not changed for so long is written to its end. */
const QUIET_MS = 50;
/** Network and bind mounts deliver no events, so the file is looked at now and then as well. */
const POLL_MS = 2000;

export interface WatchSettings {
  /** True when the file's removal is a change, too. */
  readonly tellsRemoval?: boolean;
}

/** What stands for a file that is gone, where that is worth telling. */
const GONE = "gone";

/**
 * Calls back when a file holds something new. Watches its folder, because editors replace files and Kubernetes swaps a
 * link beside them; a file that is gone is waited for, unless its removal is
 * to be told. `onChange` must not throw: nobody would catch it.
 */
export function watchFile(
  path: string,
  onChange: () => void,
  { tellsRemoval = false }: WatchSettings = {},
): FileWatch {
  const folder = dirname(resolve(path));
  let watcher: FSWatcher | undefined;
  let nextLook: NodeJS.Timeout | undefined;
  let poll: NodeJS.Timeout | undefined;
  let known: string | null = null;
  let lastSeen: string | null = null;
  let running = false;

  const identity = async () => (await identityOf(path)) ?? (tellsRemoval ? GONE : null);

  function lookSoon(): void {
    nextLook ??= setTimeout(() => void look(), QUIET_MS);
  }

  /** Events say that something happened in the folder; only the file itself says what, once it rests. */
  async function look(): Promise<void> {
    nextLook = undefined;
    const found = await identity();
    if (!running || found === null || found === known) return;
    if (found === lastSeen) {
      known = found;
      onChange();
    } else {
      lastSeen = found;
      lookSoon();
    }
  }

  function watchFolder(): void {
    if (watcher !== undefined) return;
    try {
      watcher = watch(folder, { persistent: false }, lookSoon);
      watcher.on("error", unwatchFolder);
    } catch {
      // The folder is not there (yet); the next poll tries again.
    }
  }

  function unwatchFolder(): void {
    watcher?.close();
    watcher = undefined;
  }

  return {
    async start() {
      if (running) return;
      running = true;
      known = await identity();
      if (!running) return;
      watchFolder();
      poll = setInterval(() => {
        watchFolder();
        lookSoon();
      }, POLL_MS).unref();
    },
    stop() {
      running = false;
      clearTimeout(nextLook);
      nextLook = undefined;
      clearInterval(poll);
      unwatchFolder();
    },
  };
}

/** Changes whenever the file is replaced or written to; null while there is none. */
async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch {
    return null;
  }
}
