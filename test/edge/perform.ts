import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Step } from "./edge-case.ts";

/** How long a step waits for the other side's bytes before it goes on without them. */
const PATIENCE_MS = 2_500;
const LOOK_MS = 2;

/** Does these steps on a socket, one after the other; `received` is what the other side has sent so far. */
export async function perform(steps: readonly Step[], socket: Socket, received: () => string): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if (typeof step === "string") socket.write(step, "latin1");
    else if ("waitMs" in step) await pause(step.waitMs);
    else if ("until" in step) await until(() => socket.destroyed || received().includes(step.until));
    else if (step.close === "end") socket.end();
    else socket.resetAndDestroy();
  }
}

/** Waits for a condition, or for the end of patience. */
export async function until(condition: () => boolean, patienceMs: number = PATIENCE_MS): Promise<boolean> {
  for (const giveUpAt = performance.now() + patienceMs; performance.now() < giveUpAt; await pause(LOOK_MS)) {
    if (condition()) return true;
  }
  return condition();
}
