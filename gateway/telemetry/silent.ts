import type { Telemetry } from "./telemetry.ts";

const nothing = () => undefined;

/** Tells nobody: for tests and embedding. */
export const silentTelemetry: Telemetry = {
  requestFinished: nothing,
  requestRefused: nothing,
  upstreamAnswered: nothing,
  upstreamFailed: nothing,
  copyAnswered: nothing,
  shadowed: nothing,
  evidenceLost: nothing,
  storeChanged: nothing,
  breakerChanged: nothing,
  functionReported: nothing,
  keptWarm: nothing,
  configLoaded: nothing,
  configWaits: nothing,
  configRejected: nothing,
  certificateLoaded: nothing,
  connectionRefused: nothing,
  overloadChanged: nothing,
  flagsChanged: nothing,
  stopChanged: nothing,
  flagsRejected: nothing,
  flipped: nothing,
  workerLost: nothing,
  lifecycle: nothing,
  unexpected: nothing,
};
