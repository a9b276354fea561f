import { expect, it } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { replay } from "../../../gateway/replay/replay.ts";
import type { Upstream } from "../../../gateway/upstreams/upstream.ts";
import { retainedBytes } from "../../support/retained-bytes.ts";
import { anEntry } from "./entries.ts";
import { itemRoutes, startReplaying } from "./replaying.ts";

const SESSIONS = 20_000;
const ROUNDS = 2;
const BODY_BYTES = 4_000;

/** Every session's first request, then every session's second, and so on: nothing can be let go of before the last round. */
async function* interleaved() {
  for (let round = 0; round < ROUNDS; round++) {
    for (let session = 0; session < SESSIONS; session++) {
      const body = Buffer.alloc(BODY_BYTES, `${session} `);
      const request = { method: "PUT", target: `/items/${session}`, body };
      yield anEntry(`${session}-${round}`, { session: `s${session}`, request, answer: { body } });
    }
  }
}

it("holds no corpus in memory, and of sessions only what each side said", { timeout: 120_000 }, async () => {
  await using parts = await startReplaying(itemRoutes("http://127.0.0.1:1", "http://127.0.0.1:1"));
  let sent = 0;
  let mostBytes = 0;
  const before = retainedBytes();
  const side = (name: string): Upstream => ({
    name,
    send: async ({ target }) => {
      if (++sent % 10_000 === 0) mostBytes = Math.max(mostBytes, retainedBytes() - before);
      const cookie = `sid=${name}-${target.path}; Path=/`;
      return {
        status: 200,
        reason: "",
        headers: ["Set-Cookie", cookie],
        body: Buffer.from(`"${target.path}-${name}"`),
      };
    },
  });
  const [legacy, theFunction] = [side("legacy"), side("function")];
  const judge = () => ({
    judge: async () => "match" as const,
    dropped: () => undefined,
    finish: () => undefined,
  });
  const all = { ...parts, clock: systemClock, legacy, functionOf: () => theFunction, judge };
  const { outcomes } = await replay(interleaved, all, { includeUnsafe: true, concurrency: 64 });
  expect(outcomes).toEqual({ match: SESSIONS * ROUNDS });
  // Bodies alone are 320 MB; on both sides of 20,000 sessions there are a cookie and an id.
  expect(mostBytes).toBeLessThan(150e6);
});
