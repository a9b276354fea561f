import { parentPort } from "node:worker_threads";
import { redactor } from "../diff/redact.ts";
import { asBuffer } from "./compare-call.ts";
import { receivedSample, type RedactCall } from "./redact-call.ts";

/** The thread that takes secrets out of samples which are too large for it to be done between two requests. */

parentPort!.on("message", ({ sample, settings, key }: RedactCall) => {
  parentPort!.postMessage(redactor(settings, asBuffer(key)).sample(receivedSample(sample)), []);
});
