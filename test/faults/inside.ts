import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import type { Inside, Wish } from "./wishes.ts";

/** Loaded into the gateway's process before anything else (`--import`): shifts its clock, stalls it, and looks at it from within. */

const RESOLUTION_MS = 10;

/** Workers get this file as well, and their messages are their own. */
const isGateway = isMainThread && process.argv[1]?.endsWith("cli/main.ts") === true;

if (isGateway && process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const realNow = Date.now.bind(Date);
  let shiftMs = 0;
  Date.now = () => realNow() + shiftMs;
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [Date.now()] : args, newTarget) as Date,
  });
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const fulfil = (wish: Wish): void => {
    if (wish.do === "shift") shiftMs = wish.ms;
    const until = performance.now() + (wish.do === "stall" ? wish.ms : 0);
    while (performance.now() < until);
    const inside: Inside = {
      now: Date.now(),
      delayP99Ms: late(delay.percentile(99)),
      delayMaxMs: late(delay.max),
      rssMb: process.memoryUsage.rss() / 1024 ** 2,
      resources: process.getActiveResourcesInfo().length,
    };
    if (wish.do === "reset") delay.reset();
    process.send!(inside);
  };
  process.on("message", fulfil);
  process.channel?.unref();
}
