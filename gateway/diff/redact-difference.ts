import type { Difference } from "./comparison.ts";
import type { PlaceRules } from "./places.ts";
import { type ContentTerms, redactContent } from "./redact-content.ts";
import { isSecretPlace, redactJson } from "./redact-json.ts";
import { redactText } from "./redact-text.ts";

/** From how many characters a shown value may have been cut, and so end in the middle of a secret. */
const MAY_BE_CUT = 199;

/** A difference whose shown values have tokens for secrets; its place too, as names of members come from answers. */
export function redactDifference<D extends Difference>(
  difference: D,
  terms: ContentTerms,
  root: PlaceRules,
): D {
  const steps = difference.at.split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const isSecret = isSecretAt(steps, terms, root);
  const show = (shown: string | null) => {
    if (shown === null) return null;
    if (difference.kind === "bytes") return shown.replace(/[\da-f]+$/, (hex) => terms.vault.token(hex));
    return isSecret ? secretShown(shown, terms) : cleanShown(shown, terms, root, steps);
  };
  const at = steps.map((step) => escaped(redactText(step, terms))).join("/");
  return { ...difference, at, primary: show(difference.primary), candidate: show(difference.candidate) };
}

function isSecretAt(
  [room = "", ...names]: readonly string[],
  terms: ContentTerms,
  root: PlaceRules,
): boolean {
  // A cookie's attributes are no secrets; its value is.
  if (room === "cookie" && names.length === 1) return true;
  let place = root.below(room);
  if (isSecretPlace(place)) return true;
  return names.some((name) => {
    place = place.below(name);
    return isSecretPlace(place) || (room !== "cookie" && terms.isSensitive(name));
  });
}

function secretShown(shown: string, terms: ContentTerms): string {
  const redactString = (text: string) => terms.vault.token(text);
  return redactJson(shown, { ...terms, redactString }, terms.nowhere, true) ?? terms.vault.token(shown);
}

function cleanShown(shown: string, terms: ContentTerms, root: PlaceRules, steps: readonly string[]): string {
  const place = steps[0] === "body" ? steps.reduce((place, step) => place.below(step), root) : terms.nowhere;
  // Where a part of it is called secret and cannot be found, as it was cut, nothing of it can be shown.
  const redacted = redactContent(shown, terms, place) ?? terms.vault.token(shown);
  if (shown.length < MAY_BE_CUT) return redacted;
  const cut = terms.vault.cutSecretAt(redacted);
  return cut === redacted.length ? redacted : redacted.slice(0, cut) + terms.vault.token(redacted.slice(cut));
}

const escaped = (step: string) => step.replaceAll("~", "~0").replaceAll("/", "~1");
