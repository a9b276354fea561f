import { z } from "zod";
import { functionTarget, headerRule } from "./function-schema.ts";
import { STAGES } from "../routes/route.ts";
import { compareEntry } from "./compare-schema.ts";
import { evidenceEntry } from "./evidence-schema.ts";
import { gateEntry } from "./gate-schema.ts";
import { operatorsEntry } from "./operators-schema.ts";
import { listenerEntry } from "./listener-schema.ts";
import { limitsEntry } from "./limits-schema.ts";
import { redactEntry } from "./redact-schema.ts";
import { mirrorEntry, shadowEntry } from "./shadow-schema.ts";
import {
  addressRange,
  duration,
  host,
  httpUrl,
  identifier,
  method,
  path,
  stickyBy,
  timeout,
} from "./fields.ts";
import { tracingEntry } from "./tracing-schema.ts";

const match = z
  .strictObject({
    method: z
      .union([method, z.array(method).min(1)])
      .optional()
      .meta({ description: "One method or a list; any when absent. GET also takes HEAD.", examples: ["GET"] })
      .transform((methods) => (typeof methods === "string" ? [methods] : (methods ?? null))),
    path,
    host: host.optional(),
  })
  .meta({ description: "Which requests this is.", examples: [{ method: "GET", path: "/api/orders/{id}" }] });

const breaker = z
  .strictObject({
    errorPercent: z
      .number()
      .gt(0)
      .max(100)
      .optional()
      .meta({ description: "Share of failures that opens it; 50 unless set.", examples: [50] }),
    slowCall: duration
      .nullable()
      .optional()
      .describe("Slower answers count as failures; null, the default, switches that off."),
    minimumCalls: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: "Fewer calls in the window never open it; 20 unless set.", examples: [20] }),
    window: duration.optional().describe("How far back calls are counted; 10s unless set."),
    open: duration.optional().describe("How long it stays open before a probe; 5s unless set."),
  })
  .describe("When the breaker opens, and how it recovers.");

/** One route as it is written, and what it means before the defaults are merged in. */
export const routeEntry = z
  .strictObject({
    match,
    function: functionTarget,
    group: identifier.optional().meta({
      description: "Routes of one group move a given client together.",
      examples: ["checkout"],
    }),
    stage: z
      .enum(STAGES)
      .prefault("legacy")
      .describe("Where the migration stands until a flag says otherwise."),
    percent: z
      .number()
      .min(0)
      .max(100)
      .multipleOf(0.001)
      .optional()
      .meta({ description: "Canary share; only with stage: canary.", examples: [10] }),
    stickyBy: stickyBy.optional(),
    timeout,
    repeatable: z
      .boolean()
      .optional()
      .meta({
        description:
          "True when legacy may repeat a write that the function may have begun; false unless set.",
        examples: [true, false],
      }),
    replaceServerErrors: z
      .boolean()
      .prefault(true)
      .meta({
        description: "True when legacy answers a safe request instead of the function's 5xx.",
        examples: [true, false],
      }),
    breaker: breaker.optional(),
    shadow: shadowEntry.optional(),
    compare: compareEntry.optional(),
    gate: gateEntry.optional(),
    answerHeaders: z
      .array(headerRule)
      .prefault([])
      .describe("What is changed in the header of the function's answers, in this order."),
  })
  .superRefine(percentMeansCanary, { when: () => true });

/** Runs on entries with other problems too, so that all of them show at once: nothing can be taken for granted. */
function percentMeansCanary(entry: unknown, ctx: z.RefinementCtx): void {
  if (typeof entry !== "object" || entry === null) return;
  const { stage, percent } = entry as { stage?: unknown; percent?: unknown };
  if (STAGES.every((known) => known !== stage)) return;
  if (stage !== "canary" && percent !== undefined) {
    const hint = "write `stage: canary`, or remove `percent`";
    const message = "`percent` has no meaning outside `stage: canary`";
    ctx.addIssue({ code: "custom", path: ["percent"], message, params: { hint, rule: "BYN1010" } });
  }
  if (stage === "canary" && percent === undefined) {
    const params = { hint: "add for example `percent: 10`", rule: "BYN1010" };
    ctx.addIssue({ code: "custom", path: ["stage"], message: "a canary needs its `percent`", params });
  }
}

export const routeId = identifier;

export const legacyEntry = z
  .strictObject({
    url: httpUrl.meta({
      description: "Origin of the monolith.",
      examples: ["${LEGACY_URL:-http://127.0.0.1:3000}"],
    }),
    timeout: duration.prefault("60s").describe("For requests that no route matches."),
    connections: z
      .int()
      .min(1)
      .max(65_535)
      .prefault(256)
      .meta({ description: "Sockets to legacy, at most.", examples: [256] }),
    share: z
      .number()
      .gt(0)
      .max(100)
      .prefault(50)
      .meta({
        description:
          "Percent of them, at most, for one route, or for unmatched requests whose paths begin with the same segment; with `client: lean`.",
        examples: [50],
      }),
    client: z
      .enum(["lean", "node"])
      .prefault("lean")
      .describe("What asks legacy: `lean`, Banyan's own client, or `node`, that of node:http."),
  })
  .meta({
    description: "What answers everything that did not move.",
    examples: [{ url: "http://127.0.0.1:3000" }],
  });

export const defaultsEntry = z
  .strictObject({
    timeout,
    stickyBy: stickyBy.optional(),
    breaker: breaker.optional(),
    shadow: shadowEntry.optional(),
    gate: gateEntry.optional(),
  })
  .describe("What routes have that do not say otherwise; merged field by field.");

const appConfigName = z.string().min(1).max(128);
const appConfigAddress = {
  application: appConfigName.meta({ description: "Name or id of the application.", examples: ["shop"] }),
  environment: appConfigName.meta({ description: "Name or id of the environment.", examples: ["prod"] }),
  profile: appConfigName.meta({
    description: "Name or id of the profile that holds the flags, freeform JSON or feature flags.",
    examples: ["banyan-flags"],
  }),
  strategy: appConfigName.prefault("AppConfig.AllAtOnce").meta({
    description:
      "Name or id of the strategy that flips are deployed by; AWS's own bakes for ten minutes, in which only a kill gets through.",
    examples: ["banyan-at-once"],
  }),
};

/** The one definition of routes.yaml: types, validation and editor schema come from here. */
export const routesFile = z.strictObject({
  version: z.literal(1).meta({ description: "Version of this format.", examples: [1] }),
  legacy: legacyEntry,
  flags: z
    .discriminatedUnion("source", [
      z.strictObject({
        source: z.literal("file"),
        file: z
          .string()
          .min(1)
          .optional()
          .meta({
            description: "File with the flags; in the data folder when absent.",
            examples: ["flags.json"],
          }),
      }),
      z.strictObject({
        source: z.literal("appconfig"),
        ...appConfigAddress,
        poll: duration.prefault("15s").describe("How often it is asked; 15s is the least that AWS grants."),
      }),
      z.strictObject({
        source: z.literal("appconfig-agent"),
        url: httpUrl.prefault("http://localhost:2772").meta({
          description: "Where the AppConfig Agent listens.",
          examples: ["http://localhost:2772"],
        }),
        accessToken: z
          .string()
          .regex(/^[\x21-\x7e]+$/, { error: "a token is ASCII without spaces" })
          .optional()
          .meta({
            description: "What the agent has as its ACCESS_TOKEN, if it has one.",
            examples: ["${APPCONFIG_ACCESS_TOKEN}"],
          }),
        ...appConfigAddress,
        poll: duration.prefault("5s").describe("How often the agent is asked."),
      }),
      z.strictObject({
        source: z.literal("openfeature"),
        provider: z
          .string()
          .min(1)
          .meta({
            description: "Package or file whose default export makes an OpenFeature provider.",
            examples: ["./flags-provider.js"],
          }),
        flag: z
          .string()
          .min(1)
          .prefault("banyan")
          .meta({ description: "Key of the object flag that holds the flags.", examples: ["banyan"] }),
      }),
    ])
    .prefault({ source: "file" })
    .meta({ description: "Where stages are flipped.", examples: [{ source: "file" }] }),
  aws: z
    .strictObject({
      region: z
        .string()
        .regex(/^[a-z0-9-]+$/, { error: "this is no region" })
        .prefault("eu-central-1")
        .meta({
          description: "Region of the functions, and of AppConfig.",
          examples: ["${AWS_REGION:-eu-central-1}"],
        }),
      endpoint: httpUrl
        .optional()
        .meta({ description: "Instead of AWS itself, for tests.", examples: ["http://127.0.0.1:9001"] }),
      client: z
        .enum(["lean", "sdk"])
        .prefault("lean")
        .meta({
          description:
            "What calls functions: Banyan's own client, or the AWS SDK's, which takes more of the CPU.",
          examples: ["sdk"],
        }),
      reportPercent: z
        .number()
        .min(0)
        .max(100)
        .prefault(10)
        .meta({
          description: "Share of calls whose REPORT is read, for cold starts and cost.",
          examples: [10],
        }),
      prices: z
        .string()
        .min(1)
        .optional()
        .meta({
          description: "File with what Lambda costs you; AWS's list prices when absent.",
          examples: ["prices.json"],
        }),
    })
    .prefault({})
    .describe("How AWS is reached."),
  trustedProxies: z
    .array(addressRange)
    .prefault([])
    .describe("Peers whose X-Forwarded-* and Forwarded fields are believed."),
  listener: listenerEntry.prefault({}),
  limits: limitsEntry.prefault({}),
  mirror: mirrorEntry.prefault({}),
  evidence: evidenceEntry.prefault({}),
  redact: redactEntry.prefault({}),
  tracing: tracingEntry.prefault({}),
  operators: operatorsEntry.prefault({}),
  defaults: defaultsEntry.prefault({}),
  routes: z
    .record(routeId, routeEntry)
    .prefault({})
    .describe("What moves to functions, by id. Everything else is legacy's."),
});

export type RouteEntry = z.output<typeof routeEntry>;
export type LegacyEntry = z.output<typeof legacyEntry>;
export type DefaultsEntry = z.output<typeof defaultsEntry>;
export type RoutesFile = z.output<typeof routesFile>;
