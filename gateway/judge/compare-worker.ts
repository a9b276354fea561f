import { parentPort } from "node:worker_threads";
import { compare } from "../diff/compare.ts";
import { received, type CompareCall } from "./compare-call.ts";

/** The thread that compares what is too large to be compared between two requests. */

parentPort!.on("message", ({ primary, candidate, rules, now }: CompareCall) => {
  parentPort!.postMessage(compare(received(primary), received(candidate), rules, now), []);
});
