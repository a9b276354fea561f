import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { queryObjects } from "node:v8";
import { endWithParent } from "./end-with-parent.ts";

endWithParent();

/**
 * A gateway as `banyan start` runs it, which also says what it holds when it is asked to by a message. Started with
 * `--expose-gc`, and with the gateway's entrance and the arguments for it.
 */

/** What is alive after a full collection of garbage. */
export interface Inside {
  readonly heapMb: number;
  /** Buffers and what else lives outside of the heap. */
  readonly outsideMb: number;
  readonly socketObjects: number;
  readonly emitters: number;
  readonly timers: number;
  readonly signals: number;
  /** Listeners of the process itself. */
  readonly processListeners: number;
}

/** Node does not export the class of its timers. */
const timer = setTimeout(() => undefined, 0);
clearTimeout(timer);
const Timer = timer.constructor;

function inside(): Inside {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const count = (of: Function) => queryObjects(of, { format: "count" });
  return {
    heapMb: heapUsed / 1024 ** 2,
    outsideMb: external / 1024 ** 2,
    socketObjects: count(Socket),
    emitters: count(EventEmitter),
    timers: count(Timer),
    signals: count(AbortSignal),
    processListeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

process.on("message", () => process.send!(inside()));
// Whoever asks does not keep a gateway up that was told to end.
process.channel?.unref();

const [, , entrance, ...args] = process.argv;
process.argv.splice(1, Infinity, entrance!, ...args);
await import(pathToFileURL(resolve(entrance!)).href);
