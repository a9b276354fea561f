import { silentTelemetry } from "./silent.ts";
import type { Telemetry } from "./telemetry.ts";

type Events = { [Name in keyof Telemetry]: Parameters<Telemetry[Name]>[0] };
type Listener = { [Name in keyof Events]: (event: Events[Name]) => void };

const nobody: Listener = silentTelemetry;

/** Tells every event to each listener that does something with it, in order. */
export function tee(listeners: readonly Listener[]): Telemetry {
  const toAll = <Name extends keyof Events>(name: Name): ((event: Events[Name]) => void) => {
    const told = listeners.filter((listener) => listener[name] !== silentTelemetry[name]);
    const [first = nobody, second, third, ...more] = told;
    if (second === undefined) return (event) => first[name](event);
    // Written out for as many as there mostly are: every request tells of itself several times.
    return (event) => {
      first[name](event);
      second[name](event);
      third?.[name](event);
      for (const listener of more) listener[name](event);
    };
  };
  return {
    requestFinished: toAll("requestFinished"),
    requestRefused: toAll("requestRefused"),
    upstreamAnswered: toAll("upstreamAnswered"),
    upstreamFailed: toAll("upstreamFailed"),
    copyAnswered: toAll("copyAnswered"),
    shadowed: toAll("shadowed"),
    evidenceLost: toAll("evidenceLost"),
    storeChanged: toAll("storeChanged"),
    breakerChanged: toAll("breakerChanged"),
    functionReported: toAll("functionReported"),
    keptWarm: toAll("keptWarm"),
    configLoaded: toAll("configLoaded"),
    configWaits: toAll("configWaits"),
    configRejected: toAll("configRejected"),
    certificateLoaded: toAll("certificateLoaded"),
    connectionRefused: toAll("connectionRefused"),
    overloadChanged: toAll("overloadChanged"),
    flagsChanged: toAll("flagsChanged"),
    stopChanged: toAll("stopChanged"),
    flagsRejected: toAll("flagsRejected"),
    flipped: toAll("flipped"),
    workerLost: toAll("workerLost"),
    lifecycle: toAll("lifecycle"),
    unexpected: toAll("unexpected"),
  };
}
