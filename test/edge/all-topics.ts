import { bodilessAnswers } from "./cases/bodiless.ts";
import { chunks } from "./cases/chunks.ts";
import { cutOffAnswers } from "./cases/cut-off-answers.ts";
import { cves } from "./cases/cves.ts";
import { earlyCloses } from "./cases/early-closes.ts";
import { expectAnd1xx } from "./cases/expect-and-1xx.ts";
import { fields } from "./cases/fields.ts";
import { forwarded } from "./cases/forwarded.ts";
import { framing } from "./cases/framing.ts";
import { fuzzFound } from "./cases/fuzz-found.ts";
import { hopByHop } from "./cases/hop-by-hop.ts";
import { hostAndTargets } from "./cases/host-and-targets.ts";
import { limits } from "./cases/limits.ts";
import { malformedAnswers } from "./cases/malformed-answers.ts";
import { paths } from "./cases/paths.ts";
import { pipelining } from "./cases/pipelining.ts";
import { slowBodies } from "./cases/slow-bodies.ts";
import { trailers } from "./cases/trailers.ts";
import { upgrades } from "./cases/upgrades.ts";
import type { Topic } from "./edge-case.ts";

/** The whole corpus. */
export const TOPICS: readonly Topic[] = [
  framing,
  chunks,
  fields,
  hostAndTargets,
  paths,
  limits,
  hopByHop,
  forwarded,
  expectAnd1xx,
  trailers,
  pipelining,
  bodilessAnswers,
  upgrades,
  malformedAnswers,
  cutOffAnswers,
  earlyCloses,
  slowBodies,
  cves,
  fuzzFound,
];
