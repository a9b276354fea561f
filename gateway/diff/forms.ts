import type { Findings } from "./findings.ts";
import { escapeStep, type PlaceRules } from "./places.ts";
import type { Work } from "./work.ts";

/** What a field costs, as steps go: two decodings, each of which may fail. */
const STEPS_A_FIELD = 8;

/** Compares two forms (application/x-www-form-urlencoded) by field; values of one name in order. */
export function compareForms(
  primary: string,
  candidate: string,
  place: PlaceRules,
  findings: Findings,
  work: Work,
): void {
  const [ours, theirs] = [parseForm(primary, work), parseForm(candidate, work)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [p, c] = [ours.get(name) ?? [], theirs.get(name) ?? []];
    for (let n = 0; n < Math.max(p.length, c.length); n++) {
      const rules = place.below(name).below(String(n));
      findings.texts(`body/${escapeStep(name)}/${n}`, rules, p[n] ?? null, c[n] ?? null);
    }
  }
}

function parseForm(text: string, work: Work): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    work.spend(STEPS_A_FIELD);
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? "" : decode(pair.slice(equals + 1));
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
  }
  return fields;
}

/** URLSearchParams would read all that is not UTF-8 as one replacement character; that stays as it is written here. */
function decode(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
