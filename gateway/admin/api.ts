import { z } from "zod";
import type { AdminParts } from "./admin-parts.ts";
import { auditEntries, auditRequest } from "./audit-contract.ts";
import { auditTrail } from "./audit-entries.ts";
import { demand } from "./auth/admission.ts";
import { changeRate } from "./change-rate.ts";
import type { Identity } from "./auth/identity.ts";
import {
  configInUse,
  diffs,
  diffsRequest,
  explainRequest,
  explanation,
  flipped,
  flipRequest,
  killRequest,
  pauseRequest,
  promoteRequest,
  recordRequest,
  reportRequest,
  rollbackRequest,
} from "./contract.ts";
import { status } from "./status-contract.ts";
import type { EventFeed } from "./events.ts";
import { headerPair } from "./header-pair.ts";
import { metricsOf } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import { operation, type Operation } from "./operation.ts";
import type { Operator } from "./operator.ts";
import { plainReport } from "../report/json.ts";
import { PROMETHEUS_TYPE } from "../telemetry/prometheus.ts";
import { plainAddress } from "../http/trust.ts";
import { streamRecording } from "./record.ts";

const nothing = z.strictObject({});
const ofRoute = z.strictObject({ route: z.string().optional() });
/** `?method=GET&url=/x&header=Name:%20value&header=…` */
const explainQuery = z.strictObject({
  method: explainRequest.shape.method,
  url: explainRequest.shape.url,
  header: z.array(z.string()).max(200).default([]),
});

/** The operator's verbs over HTTP, the same as on the command line, and who may use them. */
export function operations(parts: AdminParts, feed: EventFeed): readonly Operation[] {
  const audit = auditTrail(parts);
  const counted = changeRate(parts.clock);
  const known: readonly Operation[] = [
    operation({
      method: "GET",
      path: "/api/status",
      summary: "Where every route stands, or one of them.",
      needs: "viewer",
      takes: ofRoute,
      gives: status,
      run: ({ route }, { operator }) => operator.status(route),
    }),
    operation({
      method: "GET",
      path: "/api/config",
      summary: "The routes.yaml in use.",
      needs: "viewer",
      takes: nothing,
      gives: configInUse,
      run: (_wish, { operator }) => operator.config(),
    }),
    operation({
      method: "GET",
      path: "/api/diffs",
      summary: "How the two sides differed.",
      needs: "viewer",
      takes: diffsRequest,
      gives: diffs,
      run: (wish, { operator }) => operator.diffs(wish),
    }),
    operation({
      method: "GET",
      path: "/api/explain",
      summary: "What would become of a request, and why.",
      needs: "viewer",
      takes: explainQuery,
      gives: explanation,
      run: ({ header, ...wish }, { operator }) =>
        operator.explain(explainRequest.parse({ ...wish, headers: header.map(headerPair) })),
    }),
    operation({
      method: "POST",
      path: "/api/explain",
      summary: "What would become of a request, and why.",
      needs: "viewer",
      takes: explainRequest,
      gives: explanation,
      run: (wish, { operator }) => operator.explain(wish),
    }),
    operation({
      method: "GET",
      path: "/api/audit",
      summary: "Who changed what, newest first, and whether the log of it can be believed.",
      needs: "viewer",
      takes: auditRequest,
      gives: auditEntries,
      run: audit,
    }),
    operation({
      method: "GET",
      path: "/api/events",
      summary: "What changes, as it changes (server-sent events).",
      needs: "viewer",
      takes: nothing,
      gives: "text/event-stream",
      run: async (_wish, asked) => feed.serve(asked),
    }),
    operation({
      method: "GET",
      path: "/api/report",
      summary: "Whether routes may move up, and why: a report, as report.schema.json describes it.",
      needs: "viewer",
      takes: reportRequest,
      gives: z.looseObject({ schemaVersion: z.literal(1), verdict: z.enum(["yes", "no", "unknown"]) }),
      run: async (wish, { operator }) => plainReport(await operator.report(wish)),
    }),
    operation({
      method: "GET",
      path: "/metrics",
      summary: "Counts and states, in the text format of Prometheus.",
      needs: "viewer",
      takes: z.object({}),
      gives: "text/plain",
      run: async (_wish, { res }) => {
        res.type(PROMETHEUS_TYPE).send(await metricsOf(parts));
        return null;
      },
    }),
    operation({
      method: "GET",
      path: "/api/record",
      summary: "Traffic as it comes, stripped of secrets, as lines of a corpus.",
      needs: "operator",
      takes: recordRequest,
      gives: "application/x-ndjson",
      run: async (wish, { res }) => {
        await streamRecording(parts, wish, res);
        return null;
      },
    }),
    change(
      "/api/flip",
      "Moves a route to a stage.",
      flipRequest,
      (operator, wish) => operator.flip(wish),
      counted,
    ),
    change(
      "/api/promote",
      "One rung up.",
      promoteRequest,
      (operator, wish) => operator.promote(wish),
      counted,
    ),
    change("/api/rollback", "One rung down: a route, or all of them.", rollbackRequest, (operator, wish) =>
      operator.rollback(wish),
    ),
    change(
      "/api/pause",
      "Keeps a route where it is, or lets it go on.",
      pauseRequest,
      (operator, wish) => operator.pause(wish),
      counted,
    ),
    change(
      "/api/kill",
      "A route or everything to legacy, or back to its stage.",
      killRequest,
      (operator, wish) => operator.kill(wish),
    ),
  ];
  let document: object | null = null;
  const all: readonly Operation[] = [
    ...known,
    operation({
      method: "GET",
      path: "/api/openapi.json",
      summary: "This document.",
      needs: "viewer",
      takes: nothing,
      gives: z.looseObject({ openapi: z.string() }),
      run: async () => (document ??= openApi(all)),
    }),
  ];
  return all;
}

/**
 * A wish that changes something; operators may, and who overrides the guards must be more. `counted` is left out for the
 * ways back: stopping is never harder than starting.
 */
function change<Wish extends object>(
  path: string,
  summary: string,
  takes: z.ZodType<Wish>,
  make: (operator: Operator, wish: Wish) => Promise<object>,
  counted: (caller: string) => void = () => undefined,
): Operation {
  return operation({
    method: "POST",
    path,
    summary,
    needs: "operator",
    takes,
    gives: flipped,
    run: async (wish, { operator, identity, req }) => {
      counted(identity.name ?? plainAddress(req.socket.remoteAddress));
      if ("force" in wish && wish.force === true) demand(identity, "admin");
      return make(operator, signedBy(identity, wish));
    },
  });
}

/** Whoever is known by proof signs with that name, whatever they call themselves. */
function signedBy<Wish extends object>({ name }: Identity, wish: Wish): Wish {
  return name === null ? wish : { ...wish, by: name };
}
