import { systemClock as clock } from "../clock.ts";
import { fromPortable } from "../flags/portable-snapshot.ts";
import { localPath } from "../local-path.ts";
import { configuredWriter } from "../store/configured-store.ts";
import { configuredSpans } from "../telemetry/configured-spans.ts";
import { sharedOutput } from "../telemetry/log-output.ts";
import { pinoTelemetry } from "../telemetry/pino.ts";
import { tee } from "../telemetry/tee.ts";
import type { Beginning, ToWorker } from "./messages.ts";
import type { PrimaryLink } from "./primary-link.ts";
import { reports } from "./reports.ts";
import { sentEvidence } from "./sent-evidence.ts";
import { sentRecordings } from "./sent-recordings.ts";

/** What a worker process does. */
export interface Worker {
  obey(message: ToWorker): void;
  /** Its port; rejects when it cannot listen. */
  readonly listening: Promise<number>;
  /** Resolves when it was told to drain and has: nothing is in flight, and the primary has all that was counted. */
  readonly drained: Promise<void>;
}

const REPORT_EVERY_MS = 1_000;

/** A data path whose flags come from the primary process, and whose counts and evidence go there. */
export function worker(beginning: Beginning, primary: PrimaryLink): Worker {
  const { worker: number, settings, config, viaName } = beginning;
  let flags = fromPortable(beginning.flags);
  const reporting = reports(clock, () => setImmediate(() => void report()));
  const telemetry = tee([
    pinoTelemetry({ level: settings.logLevel, destination: sharedOutput(), worker: number }),
    reporting.telemetry,
  ]);
  const evidence = configuredWriter(sentEvidence(primary), config.evidence, { clock, telemetry });
  const recording = sentRecordings(primary);
  const drained = Promise.withResolvers<void>();

  const spans = configuredSpans(config, settings, {
    clock,
    onTrouble: (error) => telemetry.unexpected({ where: "traces", error }),
  });
  const made = spans.then((found) =>
    localPath({
      config,
      settings,
      clock,
      telemetry: found === null ? telemetry : tee([telemetry, found.telemetry]),
      flags: { current: () => flags },
      evidence: { writer: evidence },
      viaName,
      traced: found !== null,
      worker: number,
    }),
  );
  const serving = made.then((path) => {
    for (const [id, wish] of beginning.recordings) recording.start(path.recordings, id, wish);
    return path.serve();
  });

  /** Resolves once it is on its way. */
  async function report(): Promise<void> {
    const path = await made;
    await primary.tell({ say: "counted", report: reporting.take(path, recording.counts()) });
  }
  const reportRegularly = setInterval(() => void report(), REPORT_EVERY_MS);

  async function drain(): Promise<void> {
    const path = await made;
    await (await serving).drain();
    await path[Symbol.asyncDispose]();
    await (await spans)?.[Symbol.asyncDispose]();
    await evidence.close();
    clearInterval(reportRegularly);
    await report();
    drained.resolve();
  }

  async function perform(message: ToWorker): Promise<void> {
    const done = (asked: number) => primary.tell({ say: "done", number: asked });
    switch (message.do) {
      // It has begun.
      case "begin":
        return;
      case "go-on":
        return primary.wentOn(message.number, message.problem);
      case "decide":
        flags = fromPortable(message.flags);
        return done(message.number);
      case "configure":
        return (await made).reload(message.config);
      case "report":
        await report();
        return done(message.number);
      case "record":
        return recording.start((await made).recordings, message.recording, message.wish);
      case "stop-recording":
        await recording.stop(message.recording, report);
        return done(message.number);
      case "drain":
        return drain();
      default:
        return message satisfies never;
    }
  }
  return {
    obey(message) {
      perform(message).catch((error: unknown) => telemetry.unexpected({ where: message.do, error }));
    },
    listening: serving.then(({ port }) => port),
    drained: drained.promise,
  };
}
