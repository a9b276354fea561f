import type { Observation } from "../../gateway/diff/observation.ts";
import type { FiledSample, Increment } from "../../gateway/store/evidence-store.ts";

/** Texts that would run a script, or look like something else, wherever a page takes text for more than that. */
export const HOSTILE = [
  `<script>alert("script")</script>`,
  `"><img src=x onerror=alert("attribute")>`,
  `<svg/onload=alert("svg")>`,
  `javascript:alert("url")`,
  `</textarea></title></style><iframe srcdoc="<script>parent.alert('frame')</script>">`,
  `{{constructor.constructor("alert('template')")()}}`,
  `\${alert("literal")}`,
  `<a href="data:text/html,<script>alert('data')</script>">click</a>`,
  `'-alert("quote")-'`,
  `<math><mi//xlink:href="data:x,<script>alert('math')</script>">`,
  `\u202Egnp.exe\u202C and \u0000\u001B[31mred`,
];

/** Evidence that is hostile wherever a stranger can write something: places, values, bodies, targets, versions. */
export function hostileEvidence(
  routeId: string,
  at: number,
): { increment: Increment; samples: FiledSample[] } {
  const key = {
    routeId,
    candidate: "function" as const,
    functionVersion: HOSTILE[0]!,
    legacyBuild: HOSTILE[1]!,
    rulesDigest: HOSTILE[2]!,
    environment: HOSTILE[3]!,
  };
  // A place's steps are escaped as JSON Pointer's are.
  const places = HOSTILE.map((text) => `body/${text.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  const groups = places.map((place, n) => ({
    at: place,
    kind: "value" as const,
    pairs: HOSTILE.length - n,
    ignoredPairs: 0,
    example: { primary: HOSTILE[n]!, candidate: HOSTILE.at(-1 - n)! },
  }));
  const samples = places.map((place, n) => ({
    sample: {
      id: `sample-${n}`,
      key,
      at,
      request: { method: "GET", target: `/${HOSTILE[n]}`, headers: [], body: Buffer.alloc(0) },
      primary: answered(HOSTILE[n]!),
      candidate: answered(JSON.stringify({ [HOSTILE[n]!]: HOSTILE })),
      comparison: {
        verdict: "mismatch" as const,
        identical: false,
        differences: [
          { at: place, kind: "value" as const, primary: HOSTILE[n]!, candidate: HOSTILE.at(-1 - n)! },
        ],
        ignored: [],
        truncated: false,
        reason: null,
      },
    },
    groups: [{ at: place, kind: "value" as const }],
  }));
  const pairs = HOSTILE.length;
  const none = { matched: 0, ignored: 0, inconclusive: 0, identical: 0, bothFailed: 0, onlyPrimaryFailed: 0 };
  const increment: Increment = {
    key,
    hour: Math.floor(at / 3_600_000),
    counts: { compared: pairs, mismatched: pairs, onlyCandidateFailed: 0, ...none },
    primaryDurations: { 10: pairs },
    candidateDurations: { 12: pairs },
    ratios: { 2: pairs },
    dropped: { [HOSTILE[4]!]: 3 },
    coverage: { [`GET 200 ${HOSTILE[5]}`]: pairs },
    groups,
    noise: [],
    firstAt: at,
    lastAt: at,
  };
  return { increment, samples };
}

function answered(body: string): Observation {
  const bytes = Buffer.from(body);
  return {
    kind: "answered",
    status: 200,
    headers: ["content-type", HOSTILE[1]!],
    body: { bytes, length: bytes.length, sha256: null },
    durationMs: 1,
    version: HOSTILE[0]!,
  };
}
