import { z } from "zod";
import { STAGES } from "../routes/route.ts";

/**
 * What `GET /api/events` sends, as server-sent events (text/event-stream). The first event is a `snapshot`, unless the
 * client names by Last-Event-ID where it was and can be told what it missed. Each of the others replaces what was known
 * of the same thing; who is slow gets fewer of them, and the newest. When a stream ends, ask again.
 */

const breakerState = z.enum(["closed", "open", "half-open"]);

/** Event `gateway`: what concerns all routes. */
export const liveGateway = z.object({
  ready: z.boolean(),
  /** What is wrong with the newest routes.yaml, which is therefore not in use. */
  configProblem: z.string().nullable(),
  flagVersion: z.string(),
  killed: z.boolean(),
  /** True when this gateway's own kill file is part of it. */
  stoppedHere: z.boolean(),
  flagsFresh: z.boolean(),
  flagsProblem: z.string().nullable(),
});

/** Event `route`: where one route stands. */
export const liveRoute = z.object({
  id: z.string(),
  stage: z.enum(STAGES),
  percent: z.number().nullable(),
  stageFrom: z.enum(["flag", "routes.yaml"]),
  killed: z.boolean(),
  paused: z.boolean(),
  breakers: z.object({ legacy: breakerState, function: breakerState, copies: breakerState }),
});

/** Event `evidence`: copies of one route by what came of them since the gateway started; at most once a second. */
export const liveEvidence = z.object({
  id: z.string(),
  match: z.number(),
  ignored: z.number(),
  mismatch: z.number(),
  inconclusive: z.number(),
  dropped: z.number(),
});

/** Event `snapshot`: all of it. Routes of which nothing was copied have no evidence. */
export const liveSnapshot = z.object({
  gateway: liveGateway,
  routes: z.array(liveRoute),
  evidence: z.array(liveEvidence),
});

export type LiveGateway = z.infer<typeof liveGateway>;
export type LiveRoute = z.infer<typeof liveRoute>;
export type LiveEvidence = z.infer<typeof liveEvidence>;
export type LiveSnapshot = z.infer<typeof liveSnapshot>;
