import { httpUpstream } from "../../../gateway/upstreams/http-upstream.ts";
import { startHarness } from "../../support/harness.ts";
import { startRecorder, type Recorder } from "../recorder.ts";

/** A gateway, and the two servers behind it: `/function/` goes by node:http's client, everything else by our own. */
export interface FuzzLane {
  readonly port: number;
  readonly upstream: Recorder;
  /** Failures that nobody has foreseen. */
  readonly unexpected: readonly unknown[];
  close(): Promise<void>;
}

export async function startLane(): Promise<FuzzLane> {
  const upstream = await startRecorder();
  const other = httpUpstream({
    name: "function",
    url: `http://127.0.0.1:${upstream.ports.function}`,
    connections: 4,
  });
  const harness = await startHarness({
    legacyUrl: `http://127.0.0.1:${upstream.ports.legacy}`,
    routes:
      "  other: { match: { path: '/function/{rest*}' }, function: { lambda: other }, stage: retired, breaker: { minimumCalls: 1000000 } }",
    functions: { other },
    legacyTimeoutMs: 6_000,
    limits: { headMs: 6_000, uploadMs: 6_000, stallMs: 6_000 },
  });
  return {
    port: harness.port,
    upstream,
    unexpected: harness.unexpected,
    async close() {
      other.close();
      upstream.close();
      await harness.close();
    },
  };
}
