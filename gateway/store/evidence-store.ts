import type { Comparison, DifferenceKind } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import type { HeaderList } from "../http/headers.ts";

/**
 * What one body of evidence is about. Another function version, other rules or another environment start a new one:
 * what was seen of version 6 says nothing about version 7.
 */
export interface EvidenceKey {
  readonly routeId: string;
  /** Which side was compared with the one that answered. */
  readonly candidate: "legacy" | "function";
  /** Function version as executed; empty when the host does not say. */
  readonly functionVersion: string;
  /** Build of the monolith; empty when unknown. */
  readonly legacyBuild: string;
  /** Digest of the rules that answers were compared by. */
  readonly rulesDigest: string;
  /** Where: "prod", "staging"; empty when unnamed. */
  readonly environment: string;
}

/** Counts of comparisons. All of them add up: over gateways, over flushes, over time. */
export interface Counts {
  /** Pairs that were compared; the sum of the next four. */
  readonly compared: number;
  readonly matched: number;
  readonly ignored: number;
  readonly mismatched: number;
  readonly inconclusive: number;
  /** Of the matched: the same bytes, which no rule can ever change. */
  readonly identical: number;
  /** Pairs by who answered 5xx or not at all: both, only the primary, only the candidate. */
  readonly bothFailed: number;
  readonly onlyPrimaryFailed: number;
  readonly onlyCandidateFailed: number;
}

/** Counts by name: dropped copies by reason, compared pairs by `<METHOD> <status of the primary>` and the like. */
export type Tally = Readonly<Record<string, number>>;

/**
 * Durations of answers, as counts by bucket. Bucket i holds what took less than 2^((i+1)/4) ms and not less than
 * 2^(i/4) ms; bucket 0 also holds all below 1 ms.
 */
export type DurationCounts = Readonly<Record<number, number>>;

/**
 * By how many times the candidate took as long as the primary, pair by pair, as counts by bucket. Bucket i holds ratios
 * from 2^(i/4) to below 2^((i+1)/4), so it is below 0 where the candidate was quicker. What took less than 1 ms counts as
 * 1 ms. Pairs of which both sides answered.
 */
export type RatioCounts = Readonly<Record<number, number>>;

/** One root cause: differences of one kind at one place, indices folded to `*`. */
export interface GroupIncrement {
  /** Place, with the step `*` instead of each array index. */
  readonly at: string;
  readonly kind: DifferenceKind;
  /** Pairs that show it. */
  readonly pairs: number;
  /** Of them, excused by a rule. */
  readonly ignoredPairs: number;
  /** One example; null when none was kept. */
  readonly example: { readonly primary: string | null; readonly candidate: string | null } | null;
}

/** Triples in which one side's value alone has a feature: the candidate's, and legacy's second answer's. */
export interface FeatureCount {
  readonly onlyCandidate: number;
  readonly onlySecondary: number;
}

/** The paired test of one field: legacy asked twice beside the candidate, indices folded. All of it adds up. */
export interface FieldNoise {
  readonly at: string;
  /** Triples in which the field was looked at. */
  readonly triples: number;
  /** Only the candidate differs from the primary. */
  readonly onlyCandidate: number;
  /** Only the secondary (legacy's second answer) differs from the primary. */
  readonly onlySecondary: number;
  /** Both differ. */
  readonly both: number;
  /** Shapes that all of legacy's values had wherever something differed: "uuid", "timestamp"…; empty when none. */
  readonly shapes: readonly string[];
  /** By feature of the values, out of a fixed list: what gives a field away that is never the same twice. */
  readonly features: Readonly<Record<string, FeatureCount>>;
}

/** What one gateway saw of one body of evidence since its last flush. */
export interface Increment {
  readonly key: EvidenceKey;
  /** Wall-clock hour, in whole hours since the epoch. */
  readonly hour: number;
  readonly counts: Counts;
  readonly primaryDurations: DurationCounts;
  readonly candidateDurations: DurationCounts;
  readonly ratios: RatioCounts;
  /** Copies that were not made or not compared, by reason. */
  readonly dropped: Tally;
  /** Pairs by what they cover: `GET 200 application/json`. */
  readonly coverage: Tally;
  readonly groups: readonly GroupIncrement[];
  readonly noise: readonly FieldNoise[];
  /** Wall-clock milliseconds of the first and last pair; where there is none, of whatever else was noted. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** One compared pair with all that is needed to judge it again. Redacted before it gets here. */
export interface Sample {
  /** Unique; the request's id. */
  readonly id: string;
  readonly key: EvidenceKey;
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: HeaderList;
    readonly body: Buffer;
  };
  readonly primary: Observation;
  readonly candidate: Observation;
  readonly comparison: Comparison;
}

/** A sample and the groups that its differences belong to, by which it is found again. */
export interface FiledSample {
  readonly sample: Sample;
  readonly groups: readonly Pick<GroupIncrement, "at" | "kind">[];
}

/** What flushes hand over. Written whole or not at all. */
export interface Batch {
  /**
   * Unique. A batch that is written a second time within a day, after an error that may have come too late, counts once.
   */
  readonly id: string;
  /** Wall-clock milliseconds at which it was put together. */
  readonly at: number;
  readonly increments: readonly Increment[];
  readonly samples: readonly FiledSample[];
}

/**
 * What is asked of the store; absent means any. Times are wall-clock milliseconds; `since` is rounded down to its hour and
 * `until`, up to which it is asked, up to the next one.
 */
export interface EvidenceQuery {
  readonly routeId?: string;
  readonly environment?: string;
  readonly since?: number;
  readonly until?: number;
}

export interface SampleQuery extends EvidenceQuery {
  /** Folded place and kind of a group. */
  readonly at?: string;
  readonly kind?: DifferenceKind;
  readonly id?: string;
  /** Newest first; 20 unless said, 1,000 at most. */
  readonly limit?: number;
}

/** A group as it has grown, with when it was seen and examples, newest first, at most 5 and no two alike. */
export interface Group extends Omit<GroupIncrement, "example"> {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly examples: readonly { readonly primary: string | null; readonly candidate: string | null }[];
}

/** All that is known for one key: increments of any number of gateways and hours, added up. */
export interface Summary extends Omit<Increment, "hour" | "groups"> {
  /** Most pairs first. */
  readonly groups: readonly Group[];
}

/** How long and how much is kept. */
export interface Retention {
  readonly countsForMs: number;
  readonly samplesForMs: number;
  /** Bytes that samples may take up; the oldest go first. */
  readonly samplesMaxBytes: number;
}

/** The store cannot do what it is asked; the message says why and what to do, for the log. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** True when the same call may succeed later, as nothing is wrong with the call itself. */
  readonly mayPass: boolean;

  constructor(message: string, options: ErrorOptions & { readonly mayPass?: boolean } = {}) {
    super(message, options);
    this.mayPass = options.mayPass ?? false;
  }
}

/**
 * Keeps evidence: counts that add up, and samples. Methods reject with a StoreError; nothing that answers a client waits
 * for any of them. Text is kept in the way that every engine can: see `storable.ts`.
 */
export interface EvidenceStore {
  /** Opens it, and brings its tables up to date. */
  start(): Promise<void>;
  append(batch: Batch): Promise<void>;
  /** One summary a key, newest `lastAt` first. */
  summaries(query: EvidenceQuery): Promise<readonly Summary[]>;
  samples(query: SampleQuery): Promise<readonly Sample[]>;
  /**
   * Forgets what is older, and the oldest samples over the size. Returns what was forgotten: hours of a key, and samples.
   */
  forget(retention: Retention, now: number): Promise<{ readonly hours: number; readonly samples: number }>;
  close(): Promise<void>;
}
