import { array, boolean, constant, constantFrom, nat, oneof, record, type Arbitrary } from "fast-check";
import { STAGES, type Stage } from "../../gateway/routes/route.ts";
import { FAULTS, type FaultName } from "./scripted-lambda.ts";
import { LIVING, SERVICES, type ServiceName } from "./scripted-monolith.ts";

export const READS = ["GET", "HEAD", "OPTIONS"];
export const WRITES = ["POST", "PUT", "PATCH", "DELETE"];

/** Bodies by how they come: how many bytes, and whether their length is told ahead. */
export const BODIES = {
  none: { bytes: 0, chunked: false },
  small: { bytes: 10, chunked: false },
  chunked: { bytes: 5_000, chunked: true },
  // Fits an event as it is, and not as base64.
  encoded: { bytes: 5_000_000, chunked: false },
  large: { bytes: 7_000_000, chunked: false },
  "large chunked": { bytes: 7_000_000, chunked: true },
} as const;
export type BodyName = keyof typeof BODIES;
const LARGE: readonly BodyName[] = ["encoded", "large", "large chunked"];

/** One request. */
export interface Sent {
  readonly method: string;
  readonly fault: FaultName;
  readonly service: ServiceName;
  readonly body: BodyName;
  readonly user: number;
  /** Milliseconds after which the client goes away, or null for one that stays. */
  readonly leavesMs: number | null;
}

/** A route, and what it meets. */
export interface Weather {
  readonly stage: Stage;
  readonly repeatable: boolean;
  readonly replaceServerErrors: boolean;
  readonly stream: boolean;
  /** A breaker that opens soon and probes soon. */
  readonly touchy: boolean;
  readonly legacyLives: boolean;
  /** Each at once, one after the other. */
  readonly waves: readonly (readonly Sent[])[];
}

/** Those that a deadline ends. */
export const SLOW: readonly FaultName[] = ["silent", "silent-ran", "silent-late"];
const names = Object.keys(FAULTS) as FaultName[];

const faults = oneof(
  { weight: 50, arbitrary: constantFrom(...names.filter((name) => !SLOW.includes(name))) },
  { weight: 1, arbitrary: constantFrom(...SLOW) },
);
const sizes = oneof(
  { weight: 14, arbitrary: constantFrom<BodyName>("none", "small", "chunked") },
  { weight: 1, arbitrary: constantFrom(...LARGE) },
);
const leaves = oneof({ weight: 12, arbitrary: constant(null) }, { weight: 1, arbitrary: nat(30) });
const requests = (legacyLives: boolean): Arbitrary<Sent> =>
  record({
    method: constantFrom(...WRITES, ...READS),
    fault: faults,
    service: legacyLives ? constantFrom(...LIVING) : constantFrom(...SERVICES),
    body: sizes,
    user: nat(20),
    leavesMs: leaves,
  });
/** Random weather: a shrunk one has nothing in it that does not matter. */
export const weather: Arbitrary<Weather> = oneof(
  { weight: 4, arbitrary: constant(true) },
  { weight: 1, arbitrary: constant(false) },
).chain((legacyLives) =>
  record({
    stage: constantFrom(...STAGES, "cutover" as const, "cutover" as const),
    repeatable: boolean(),
    replaceServerErrors: boolean(),
    stream: boolean(),
    touchy: boolean(),
    legacyLives: constant(legacyLives),
    waves: array(array(requests(legacyLives), { minLength: 1, maxLength: 16, size: "max" }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
);
