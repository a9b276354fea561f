import { connect, type Socket } from "node:net";
import { setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { KINDS, type HostileKind } from "./kinds.ts";
import { endWithParent } from "../watch/end-with-parent.ts";

endWithParent();

/**
 * Hostile clients in a process of their own. Told where, it keeps one connection of each kind open there; told to
 * leave, it says what they got: kind → how a connection went → how often.
 */

export type Tally = Record<string, Record<string, number>>;

/** What it is told. */
export interface Siege {
  readonly port: number;
  /** Names of those that take part. */
  readonly kinds: readonly string[];
  /** Between two connections of one kind. */
  readonly breathMs: number;
}

// It shares its core with those whose latency is measured.
setPriority(19);

const open = new Set<Socket>();
let tally: Tally = {};
let leaving = new AbortController();

process.on("message", (siege: Siege | "leave") => {
  leaving.abort();
  if (siege === "leave") {
    for (const socket of open) socket.destroy();
    process.send!(tally);
    tally = {};
    return;
  }
  leaving = new AbortController();
  for (const kind of KINDS) if (siege.kinds.includes(kind.name)) void keepOn(kind, siege, leaving.signal);
});

async function keepOn(kind: HostileKind, { port, breathMs }: Siege, left: AbortSignal): Promise<void> {
  for (let n = Math.floor(Math.random() * 1_000); !left.aborted; n++) {
    const ending = await once(kind, port, n);
    if (left.aborted) return;
    const endings = (tally[kind.name] ??= {});
    endings[ending] = (endings[ending] ?? 0) + 1;
    await pause(breathMs);
  }
}

/** One hostile connection; resolves with how it went. */
async function once(kind: HostileKind, port: number, n: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  open.add(socket);
  const statuses = new Set<string>();
  let received = "";
  let ending = "still open";
  socket.on("data", (bytes: Buffer) => {
    const text = bytes.toString("latin1", 0, 4_096);
    for (const [, status] of text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)) statuses.add(status!);
    received = (received + text).slice(0, 16_384);
  });
  socket.on("end", () => (ending = "closed"));
  socket.on(
    "error",
    (error: NodeJS.ErrnoException) => (ending = error.code === "ECONNRESET" ? "reset" : "cut"),
  );
  await kind.attack(socket, n, () => received);
  const left = !socket.destroyed || ending === "still open";
  socket.destroy();
  open.delete(socket);
  const answered = statuses.size === 0 ? "no answer" : [...statuses].toSorted().join("+");
  return `${answered}, ${left ? "left by itself" : ending}`;
}
