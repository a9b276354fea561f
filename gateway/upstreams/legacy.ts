import { leanUpstream } from "./http1/lean-upstream.ts";
import { httpUpstream, type HttpUpstream, type HttpUpstreamSettings } from "./http-upstream.ts";

export interface LegacySettings extends HttpUpstreamSettings {
  /** Which client asks: ours over node:net, or node:http's own. */
  readonly client: "lean" | "node";
  /** Percent of the connections that one tenant may hold; all when absent, and always with node:http's client. */
  readonly share?: number;
}

/** The monolith. */
export function legacyUpstream({ client, ...settings }: LegacySettings): HttpUpstream {
  return client === "lean" ? leanUpstream(settings) : httpUpstream(settings);
}
