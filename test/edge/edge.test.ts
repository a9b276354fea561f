import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOPICS } from "./all-topics.ts";
import { startGatewayPeer } from "./peers/gateway.ts";
import type { Peer } from "./peers/peer.ts";
import { runAll, type Ran } from "./run-all.ts";

/** Cases of level `should` that the gateway does not hold; what changes here is to be explained. */
const NOT_HELD = ["chunks: a thousand extensions"];

let gateway: Peer;
let ran: readonly Ran[];

beforeAll(async () => {
  gateway = await startGatewayPeer(8);
  ran = await runAll(TOPICS, gateway.lanes, 2);
}, 120_000);
afterAll(() => gateway.close());

describe("the gateway holds", () => {
  it.each(TOPICS.map(({ topic, cases }) => [topic, cases.length] as const))("%s, %i cases", (topic) => {
    const failed = ran
      .filter((one) => one.topic === topic && one.failures.length > 0)
      .map(({ edgeCase, failures }) => `${topic}: ${edgeCase.name}: ${failures.join("; ")}`)
      .filter((failure) => !NOT_HELD.some((known) => failure.startsWith(`${known}: `)));
    expect(failed).toEqual([]);
  });
});

describe("the corpus", () => {
  it("tells its cases apart", () => {
    const names = TOPICS.flatMap(({ topic, cases }) => cases.map(({ name }) => `${topic}: ${name}`));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(names.length).toBeGreaterThan(600);
  });
});

describe("what the gateway answers itself", () => {
  it("is a problem that carries an id and reflects nothing", () => {
    const own = ran.flatMap(({ observed }) =>
      observed.requests.length > 0 ? [] : observed.heard.answers.filter(({ message }) => message.body !== ""),
    );
    expect(own.length).toBeGreaterThan(100);
    for (const { message, status } of own) {
      const problem = JSON.parse(message.body) as { type: string; status: number };
      expect(Object.keys(problem)).toEqual(["type", "title", "status", "detail", "requestId"]);
      expect(problem.status).toBe(status);
      expect(problem.type).toMatch(/^urn:banyan:problem:[a-z0-9-]+$/);
      expect(message.body).not.toMatch(/smuggled|xxxx|evil/);
      expect(message.fields.map(([name]) => name.toLowerCase())).toContain("content-type");
    }
  });
});
