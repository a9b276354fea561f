import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What this process still holds once the garbage is gone. Its resident size would also tell how lazy the collector is today. */
export function retainedBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc()");
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
