import type { Telemetry } from "./telemetry.ts";

type Events = { [Name in keyof Telemetry]: Parameters<Telemetry[Name]>[0] };
type Listener = { [Name in keyof Events]: (event: Events[Name]) => void };

/** Tells every event to each listener, in order. */
export function tee(listeners: readonly Listener[]): Telemetry {
  const toAll =
    <Name extends keyof Events>(name: Name) =>
    (event: Events[Name]): void => {
      for (const listener of listeners) listener[name](event);
    };
  return {
    requestFinished: toAll("requestFinished"),
    requestRefused: toAll("requestRefused"),
    upstreamAnswered: toAll("upstreamAnswered"),
    upstreamFailed: toAll("upstreamFailed"),
    shadowed: toAll("shadowed"),
    evidenceLost: toAll("evidenceLost"),
    storeChanged: toAll("storeChanged"),
    breakerChanged: toAll("breakerChanged"),
    functionReported: toAll("functionReported"),
    keptWarm: toAll("keptWarm"),
    configLoaded: toAll("configLoaded"),
    configRejected: toAll("configRejected"),
    flagsChanged: toAll("flagsChanged"),
    stopChanged: toAll("stopChanged"),
    flagsRejected: toAll("flagsRejected"),
    flipped: toAll("flipped"),
    lifecycle: toAll("lifecycle"),
    unexpected: toAll("unexpected"),
  };
}
