import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { EdgeLimits } from "./limits.ts";
import type { Overload, Use } from "./overload.ts";

/** Often enough for what a network can bring in between; measuring takes 0.1 ms. */
const EVERY_MS = 250;

/** Has an Overload know how much memory is used, and tells when something else is turned away. */
export function watchMemory(
  overload: Overload,
  limits: Pick<EdgeLimits, "bufferBytes" | "memoryPercent">,
  telemetry: Pick<Telemetry, "overloadChanged">,
): Disposable {
  const timer = setInterval(() => {
    const uses = memoryUses(limits);
    const changed = uses !== null && overload.measured(uses);
    if (changed) telemetry.overloadChanged({ shed: overload.shed, problems: overload.problems() });
  }, EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * What this process uses: bytes in buffers (bodies, copies, answers), V8's heap, and memory as the system counts it. Null when
 * it cannot be told: the system's count is in a file, and there may be no descriptor left to open it with.
 */
function memoryUses({
  bufferBytes,
  memoryPercent,
}: Pick<EdgeLimits, "bufferBytes" | "memoryPercent">): Use[] | null {
  const used = memoryUsage();
  if (used === null) return null;
  const { arrayBuffers, rss } = used;
  const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
  const most = memoryPercent / 100;
  return [
    { of: "limits.buffers", share: arrayBuffers / bufferBytes },
    { of: "the heap that limits.memory leaves", share: heap / (heapLimit * most) },
    { of: "the memory that limits.memory leaves", share: rss / (availableBytes() * most) },
  ];
}

function memoryUsage(): NodeJS.MemoryUsage | null {
  try {
    return process.memoryUsage();
  } catch {
    return null;
  }
}

/** What the container may have, or else the machine: without a bound, Node says 0 or more than there is. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
