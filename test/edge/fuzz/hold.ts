import { setTimeout as pause } from "node:timers/promises";
import { connectTo } from "../client.ts";
import type { Step } from "../edge-case.ts";
import { until } from "../perform.ts";
import { isProbe } from "../recorder.ts";
import type { Conversation, Said, Sent } from "./conversation.ts";
import { judged, type Seen } from "./judge.ts";
import type { FuzzLane } from "./lane.ts";
import { meantBy, understood } from "./meant.ts";

/** Longer than every limit of the gateway under test. */
const PATIENCE_MS = 15_000;
/** What was to come after the end has come by then, on this machine. */
const SETTLE_MS = 8;
const BETWEEN_SEGMENTS_MS = 1;

/** The same, and once more when it went wrong: on a machine with too much to do, a limit may strike before its time. */
export async function holdTwice(conversation: Conversation, lane: FuzzLane): Promise<string[]> {
  const wrong = await hold(conversation, lane);
  return wrong.length === 0 ? wrong : hold(conversation, lane);
}

/** Holds a conversation through the gateway; what was wrong with it, or with what others got afterwards. */
async function hold(conversation: Conversation, lane: FuzzLane): Promise<string[]> {
  const { upstream, port, unexpected } = lane;
  const before = unexpected.length;
  upstream.begin(conversation.answers.map((said) => ({ on: said.on, steps: stepsOf(said) })));
  const client = await connectTo(port);
  let sent = "";
  const seen = (): Seen => ({
    sent,
    received: client.received(),
    ending: client.ending(),
    requests: upstream.requests.filter((request) => !isProbe(request)).map((request) => ({ ...request })),
    malformed: [...upstream.malformed],
  });
  try {
    const { segments, close, closeAfter } = conversation.client;
    for (const segment of close === "waits" ? segments : segments.slice(0, closeAfter)) {
      if (client.socket.destroyed) break;
      sent += segment;
      client.socket.write(segment, "latin1");
      await pause(BETWEEN_SEGMENTS_MS);
    }
    const isGood = () => judged(conversation, seen()).length === 0;
    if (close === "waits") {
      await until(isGood, PATIENCE_MS);
      if (meantBy(sent).rest !== "none") {
        client.socket.end();
        await until(() => client.ending() !== "open", PATIENCE_MS);
      }
    } else if (close === "end") client.socket.end();
    else client.socket.resetAndDestroy();
    await pause(SETTLE_MS);
    await until(isGood, close === "waits" ? SETTLE_MS : PATIENCE_MS);
    const wrong = await aftermath(lane);
    await until(isGood, SETTLE_MS);
    wrong.push(...judged(conversation, seen()));
    wrong.push(...unexpected.slice(before).map((error) => `nobody foresaw this: ${String(error)}`));
    return wrong.length === 0
      ? []
      : [...wrong, `the client got (${client.ending()}) ${JSON.stringify(client.received())}`];
  } finally {
    client.socket.destroy();
  }
}

/** New clients get their own answers, over connections that this conversation may have spoilt. */
async function aftermath({ port }: FuzzLane): Promise<string[]> {
  const wrong: string[] = [];
  for (const side of ["", "/function"]) {
    const fresh = await connectTo(port);
    for (const n of [1, 2]) {
      const before = fresh.received().length;
      const target = `${side}/probe-${n}`;
      fresh.socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const own = () => {
        const since = fresh.received().slice(before);
        return since.startsWith("HTTP/1.1 200 ") && since.endsWith(`\r\n\r\nGET ${target}`);
      };
      if (await until(own, PATIENCE_MS)) continue;
      wrong.push(
        `a fresh client asks for ${target} and gets ${JSON.stringify(fresh.received().slice(before, before + 80))}`,
      );
      break;
    }
    fresh.socket.destroy();
  }
  return wrong;
}

/**
 * What the monolith does. Bytes behind an answer's end go out together with it: when they come later, the connection may
 * have its next request already, and nobody can tell. What is no whole answer is ended, so that nobody has to wait.
 */
function stepsOf(said: Said): Step[] {
  const readings = ["GET", "HEAD"].map((method) => understood(said, method));
  const end = Math.min(...readings.map((reading) => reading?.end ?? Number.POSITIVE_INFINITY));
  const steps: Step[] = gluedFrom(said, end).flatMap((segment) => [segment, { waitMs: BETWEEN_SEGMENTS_MS }]);
  if (said.close !== "keep") return [...steps, { close: said.close }];
  return readings.every((reading) => reading?.endsItself === true) ? steps : [...steps, { close: "end" }];
}

function gluedFrom({ segments }: Sent, end: number): string[] {
  const kept: string[] = [];
  let at = 0;
  for (const [i, segment] of segments.entries()) {
    at += segment.length;
    if (at >= end) return [...kept, segments.slice(i).join("")];
    kept.push(segment);
  }
  return kept;
}
