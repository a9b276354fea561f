import { parentPort } from "node:worker_threads";
import type { Asked, Replied, SqliteAnswer, SqliteCall } from "./sqlite-call.ts";
import { SqliteEngine } from "./sqlite-engine.ts";
import { sqliteFailure } from "./sqlite-failure.ts";
import type { SqliteFileOptions } from "./sqlite-file.ts";

/** The thread of one SQLite file: calls come in one after the other, as a file has one writer anyway. */

let opened: SqliteEngine | undefined;

parentPort!.on("message", ({ number, options, call }: Asked) => {
  const reply: Replied = { number, answer: answerTo(options, call) };
  parentPort!.postMessage(reply, []);
  // Nothing else keeps this thread alive.
  if (call.do === "close") parentPort!.close();
});

function answerTo(options: SqliteFileOptions, call: SqliteCall): SqliteAnswer {
  try {
    return done(options, call);
  } catch (error) {
    const { message, mayPass } = sqliteFailure(options.file, error);
    return { failure: { message, mayPass } };
  }
}

function done(options: SqliteFileOptions, call: SqliteCall): SqliteAnswer {
  switch (call.do) {
    case "open":
      engine(options);
      return {};
    case "append":
      engine(options).append(call.batch);
      return {};
    case "summaries":
      return { summaries: engine(options).summaries(call.query) };
    case "samples":
      return { samples: engine(options).samples(call.query) };
    case "forget":
      return { forgotten: engine(options).forget(call.retention, call.now) };
    case "close":
      opened?.close();
      return {};
    default:
      return call satisfies never;
  }
}

function engine(options: SqliteFileOptions): SqliteEngine {
  return (opened ??= new SqliteEngine(options));
}
