import type { Lane } from "../run-case.ts";

/** A proxy under test, with as many lanes as were asked for. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  readonly lanes: readonly Lane[];
  close(): Promise<void>;
}

/**
 * What every peer is set to, so that limits show within a test's time: heads and stalled bodies are cut after one
 * second, the upstream has a second and a half to answer, bodies have 1 MB, targets 16 KB, heads 32 KB, and at most 20
 * requests are in flight. 127.0.0.2 is a listed proxy. `/function/` goes to the second upstream.
 */
export const SETTINGS = {
  headMs: 1_000,
  stallMs: 1_000,
  upstreamMs: 1_500,
  bodyBytes: 1_048_576,
  targetBytes: 16_384,
  headBytes: 32_768,
  inFlight: 20,
  trusted: "127.0.0.2",
} as const;
