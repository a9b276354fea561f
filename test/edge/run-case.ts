import { setTimeout as pause } from "node:timers/promises";
import { connectTo, hear, type Client } from "./client.ts";
import type { EdgeCase, Outcome } from "./edge-case.ts";
import { differences, type Observed } from "./match.ts";
import { perform, until } from "./perform.ts";
import { isCrowd, isProbe, type Recorder } from "./recorder.ts";

/** A proxy's address, and the upstreams behind it. One case at a time runs on a lane. */
export interface Lane {
  readonly port: number;
  readonly upstream: Recorder;
}

/** How a case went. */
export interface Verdict {
  /** What kept it from its likeliest outcome; empty when it ended well. */
  readonly failures: readonly string[];
  readonly observed: Observed;
}

/** How long an outcome may take once nothing comes any more. Longer than any limit of the proxies under test. */
const OUTCOME_MS = 3_500;
/** What was to come after the end has come by then, on this machine. */
const SETTLE_MS = 12;

/** Holds one conversation with a proxy, and then sees to it that it has harmed nobody. */
export async function runCase(edgeCase: EdgeCase, lane: Lane): Promise<Verdict> {
  const { upstream, port } = lane;
  upstream.begin(edgeCase.upstream ?? []);
  const crowd = await gather(edgeCase.crowd ?? 0, lane);
  const client = await connectTo(port, edgeCase.from);
  const observe = (): Observed => ({
    heard: hear(client, edgeCase),
    ending: client.ending(),
    requests: upstream.requests.filter((request) => !isProbe(request)).map((request) => ({ ...request })),
  });
  const reached = () => edgeCase.outcomes.find((outcome) => differences(outcome, observe()).length === 0);
  try {
    await perform(edgeCase.client, client.socket, () => client.received());
    const size = () => client.received().length + upstream.requests.length;
    // While bytes still come nobody looks, for a look takes all of them; and nobody gives up.
    for (let before = -1; before !== size();) {
      before = size();
      await until(() => size() !== before || reached() !== undefined, OUTCOME_MS);
    }
    await pause(SETTLE_MS);
    const observed = observe();
    const outcome = reached();
    if (outcome === undefined) return { failures: closest(edgeCase, observed), observed };
    for (const one of crowd) one.socket.destroy();
    await until(() => upstream.requests.every((request) => !isCrowd(request) || request.left), 300);
    return { failures: await aftermath(outcome, client, lane, observed), observed };
  } finally {
    for (const one of [client, ...crowd]) one.socket.destroy();
  }
}

async function gather(size: number, { port, upstream }: Lane): Promise<Client[]> {
  const crowd = await Promise.all(Array.from({ length: size }, () => connectTo(port)));
  crowd.forEach(({ socket }, i) => socket.write(`GET /crowd-${i} HTTP/1.1\r\nHost: a\r\n\r\n`));
  await until(() => upstream.requests.length >= size, size === 0 ? 0 : 300);
  return crowd;
}

/** The same connection, where it is said to live on, and a new client each get their own answer, and nothing else happens. */
async function aftermath(
  outcome: Outcome,
  client: Client,
  lane: Lane,
  { requests }: Observed,
): Promise<string[]> {
  const failures: string[] = [];
  if (outcome.after === "open" && !(await getsItsOwn(client, "/probe-same"))) {
    failures.push("the connection serves no other request");
  }
  const fresh = await connectTo(lane.port);
  if (!(await getsItsOwn(fresh, "/probe-fresh"))) failures.push("a fresh client does not get its own answer");
  fresh.socket.destroy();
  const seen = lane.upstream.requests.filter((request) => !isProbe(request)).length;
  if (seen !== requests.length) failures.push(`upstream saw ${seen} requests in the end`);
  failures.push(...lane.upstream.malformed.map((why) => `upstream got what is no HTTP: ${why}`));
  return failures;
}

async function getsItsOwn(client: Client, path: string): Promise<boolean> {
  const before = client.received().length;
  client.socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const own = () => {
    const since = client.received().slice(before);
    return since.startsWith("HTTP/1.1 200 ") && since.endsWith(`\r\n\r\nGET ${path}`);
  };
  return until(own);
}

function closest({ outcomes }: EdgeCase, observed: Observed): readonly string[] {
  return outcomes
    .map((outcome) => differences(outcome, observed))
    .reduce((least, other) => (other.length < least.length ? other : least));
}
