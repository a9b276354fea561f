import type { Assessable, Assessment, GateVerdict } from "../evidence/assessment.ts";
import type { Sample } from "../store/evidence-store.ts";

/** Where the evidence of a report is from. Times are wall-clock milliseconds. */
export interface ReportSource {
  /** A corpus that was replayed, or the live store. */
  readonly kind: "corpus" | "live";
  /** File names of corpora, or the address of the gateway; sorted. */
  readonly names: readonly string[];
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

/** Requests that gave no pair, by reason: `unsafe`, `unreachable`, `not-whole`, `no-route` …; empty for none. */
export type Left = Readonly<Record<string, number>>;

/**
 * What a report on one route is made from. All of it adds up, so that shards of one run make the same report as the run in
 * one piece.
 */
export interface RouteFacts extends Assessable {
  /** Method, host and path, as a person would write them. */
  readonly match: string;
  /** 1-based line in routes.yaml; null when unknown. */
  readonly line: number | null;
  /** A few pairs that differ, newest first; redacted. */
  readonly samples: readonly Sample[];
  readonly left: Left;
}

/** Everything a report is made from. */
export interface ReportFacts {
  readonly schemaVersion: 1;
  readonly source: ReportSource;
  /** Path of routes.yaml as annotations name it, relative to the repository. */
  readonly configFile: string;
  /** By route id. */
  readonly routes: readonly RouteFacts[];
  /** Requests that no route took, and other things said once: by reason. */
  readonly left: Left;
  /** Wall-clock milliseconds at which it is judged: for freshness and rules that expire. */
  readonly judgedAt: number;
}

/** The report on one route: the facts, and what follows from them. */
export interface RouteReport extends RouteFacts {
  readonly assessment: Assessment;
}

/** A traffic diff, judged. Every form of report is made from this and nothing else: equal input, equal bytes. */
export interface Report extends Omit<ReportFacts, "routes"> {
  /** The worst of all routes: `no`, else `unknown`, else `yes`. */
  readonly verdict: GateVerdict;
  readonly routes: readonly RouteReport[];
}
