import type { ServerResponse } from "node:http";
import { headLine } from "../corpus/entry-line.ts";
import type { CorpusFile } from "../corpus/write-corpus.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { RecordRequest } from "./contract.ts";
import { findRoute } from "./find-route.ts";
import { Refusal } from "./refusal.ts";

const TELL_EVERY_MS = 1_000;

/**
 * Sends traffic as it comes, as lines of a corpus, until whoever asked goes away. In between are lines that say how it goes,
 * `{"banyanRecording": {"recorded": 12, "dropped": {…}}}`, which are no part of the corpus.
 */
export async function streamRecording(
  parts: AdminParts,
  { percent, route }: RecordRequest,
  res: ServerResponse,
): Promise<void> {
  const { live, clock } = parts;
  if (live === null)
    throw new Refusal("failed", "no gateway runs, so there is nothing to record", "banyan start");
  for (const id of route) findRoute(parts.table(), id);
  res.writeHead(200, { "Content-Type": "application/x-ndjson", "X-Accel-Buffering": "no" });
  res.write(headLine({ source: "record", createdAt: clock.now(), redacted: true }));
  const gone = new Promise<void>((resolve) => void res.once("close", resolve));
  const recording = live.recordings.start(linesTo(res, gone), {
    percent,
    routes: route.length === 0 ? null : new Set(route),
  });
  const tell = () => void res.write(`${JSON.stringify({ banyanRecording: recording.counts() })}\n`);
  const telling = setInterval(tell, TELL_EVERY_MS);
  tell();
  await gone;
  clearInterval(telling);
  await recording.stop();
}

/** Waits for a slow reader, so that what waits for it is counted and bounded where it waits. */
function linesTo(res: ServerResponse, gone: Promise<void>): CorpusFile {
  return {
    async append(lines) {
      if (res.destroyed || res.write(lines)) return;
      await Promise.race([new Promise<void>((resolve) => void res.once("drain", resolve)), gone]);
    },
    close: () => Promise.resolve(),
  };
}
