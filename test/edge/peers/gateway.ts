import { httpUpstream } from "../../../gateway/upstreams/http-upstream.ts";
import { startHarness } from "../../support/harness.ts";
import { startRecorder } from "../recorder.ts";
import { SETTINGS, type Peer } from "./peer.ts";

/** The gateway's data path, one of its own for each lane. */
export async function startGatewayPeer(laneCount: number): Promise<Peer> {
  const parts = await Promise.all(Array.from({ length: laneCount }, startLane));
  return {
    name: "banyan",
    version: "of this tree",
    lanes: parts,
    async close() {
      await Promise.all(parts.map((part) => part.close()));
    },
  };
}

async function startLane() {
  const upstream = await startRecorder();
  const other = httpUpstream({
    name: "function",
    url: `http://127.0.0.1:${upstream.ports.function}`,
    connections: 32,
  });
  const harness = await startHarness({
    legacyUrl: `http://127.0.0.1:${upstream.ports.legacy}`,
    more: `trustedProxies: ["${SETTINGS.trusted}"]`,
    routes: "  other: { match: { path: '/function/{rest*}' }, function: { lambda: other }, stage: retired }",
    functions: { other },
    legacyTimeoutMs: SETTINGS.upstreamMs,
    limits: {
      headMs: SETTINGS.headMs,
      uploadMs: SETTINGS.stallMs,
      stallMs: SETTINGS.upstreamMs,
      bodyBytes: SETTINGS.bodyBytes,
      targetBytes: SETTINGS.targetBytes,
      headBytes: SETTINGS.headBytes,
      requests: SETTINGS.inFlight,
    },
  });
  return {
    port: harness.port,
    upstream,
    async close() {
      other.close();
      upstream.close();
      await harness.close();
    },
  };
}
