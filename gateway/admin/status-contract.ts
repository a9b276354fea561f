import { z } from "zod";
import { breakerState, counts, rung, side } from "./contract.ts";

/** How a gateway and its routes stand, as the operator's API tells it. */

const sideCounts = z.object({
  answered: z.number(),
  serverErrors: z.number(),
  failed: counts,
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** The last answer below 500, and the last 5xx or failure that was not the client's doing; wall-clock milliseconds. */
  succeededAt: z.number().nullable(),
  failedAt: z.number().nullable(),
});
const start = z.object({ count: z.number(), p50Ms: z.number().nullable(), p99Ms: z.number().nullable() });
/** What Lambda reported of the calls that were sampled. */
const invocations = z.object({
  sampled: z.number(),
  cold: start.extend({ startP50Ms: z.number().nullable() }),
  warm: start,
  meanBilledMs: z.number().nullable(),
  memory: z.object({ sizeMb: z.number(), peakUsedMb: z.number(), headroomPercent: z.number() }).nullable(),
  version: z.string().nullable(),
});
const traffic = z.object({
  requests: z.number(),
  lastMinute: z.number(),
  lastFiveMinutes: z.number(),
  perMinute: z.number(),
  answeredBy: z.object({ legacy: z.number(), function: z.number(), gateway: z.number() }),
  /** Requests that stayed on legacy because their client had no sticky key. */
  withoutKey: z.number(),
  fallbacks: counts,
  problems: counts,
  legacy: sideCounts,
  function: sideCounts,
  invocations,
  /** Copies by what came of them: a verdict, or why there is none. */
  shadow: z.object({ compared: counts, dropped: counts }),
  /** When the function's breaker last opened, in wall-clock milliseconds. */
  breakerOpenedAt: z.number().nullable(),
  /** The same of the breaker that its copies have. */
  copyBreakerOpenedAt: z.number().nullable(),
});
/** What the function would cost if it answered the whole route, from what was sampled; in USD, on demand. */
const cost = z.object({
  usdPerMonth: z.number(),
  usdPerMillionRequests: z.number(),
  requestsPerMinute: z.number(),
  /** Whose prices, and of which day. */
  region: z.string(),
  priceDate: z.string(),
});
const routeStatus = rung.extend({
  id: z.string(),
  /** Method, host and path, as a person would write them. */
  match: z.string(),
  function: z.string(),
  group: z.string(),
  /** Who says which stage it is in. */
  stageFrom: z.enum(["flag", "routes.yaml"]),
  /** Its own kill switch. */
  killed: z.boolean(),
  paused: z.boolean(),
  /** ISO 8601: when the flag ends; null for never. */
  until: z.string().nullable(),
  /** How many rules and testers the flag has. */
  rules: z.number(),
  testers: z.number(),
  /** Null when no gateway runs. */
  breakers: z.object({ legacy: breakerState, function: breakerState, copies: breakerState }).nullable(),
  traffic: traffic.nullable(),
  /** Null while nothing was sampled, and for functions that do not run on Lambda. */
  cost: cost.nullable(),
});
/** The processes that answer clients, where the gateway has several. */
const workers = z.object({
  /** How many there are to be. */
  wanted: z.number(),
  /** How many ended without being told to, since the gateway started. */
  lost: z.number(),
  processes: z.array(
    z.object({
      /** From 1; who takes the place of one that is gone has the same. */
      worker: z.number(),
      pid: z.number(),
      state: z.enum(["starting", "answering", "draining"]),
      /** ISO 8601. */
      startedAt: z.string(),
      requests: z.number(),
      /** Of its own, those that are not closed. */
      breakers: z.array(z.object({ route: z.string(), side, state: breakerState })),
    }),
  ),
});
export const status = z.object({
  version: z.string(),
  /** Whether the gateway takes requests, whoever is to answer them. Null when no gateway runs. */
  ready: z.object({ ready: z.boolean(), reasons: z.array(z.string()) }).nullable(),
  /** How legacy does, as far as the routes asked for show it. Null when no gateway runs. */
  legacy: z
    .object({ state: z.enum(["answers", "fails", "fails-partly", "not-asked"]), says: z.string() })
    .nullable(),
  /** Lambda's API where it is not AWS's own; null for AWS, and when no gateway runs. */
  lambdaEndpoint: z.string().nullable(),
  /** Null when one process does everything. */
  workers: workers.nullable(),
  /** What is wrong with the newest routes.yaml, which is therefore not in use. */
  configProblem: z.string().nullable(),
  /** What else needs somebody's attention, such as a certificate that ends soon. */
  problems: z.array(z.string()),
  flags: z.object({
    version: z.string(),
    killed: z.boolean(),
    /** True when this gateway's own kill file is part of it. */
    stoppedHere: z.boolean(),
    fresh: z.boolean(),
    /** ISO 8601. */
    readAt: z.string().nullable(),
    problem: z.string().nullable(),
  }),
  routes: z.array(routeStatus),
  /** Traffic of requests that no route took. */
  unmatched: traffic.nullable(),
});

export type RouteStatus = z.infer<typeof routeStatus>;
export type Status = z.infer<typeof status>;
