import { StandardResolutionReasons, type JsonValue, type ResolutionDetails } from "@openfeature/server-sdk";

/** What evaluations of a flag document give as its default. No document is empty, so this one tells. */
export const NO_DOCUMENT: JsonValue = {};

/**
 * The text of the flag document that a provider resolved its flag to; throws an Error that says why there is none.
 * The reason DEFAULT is no failure: that is how flagd calls a flag's own default variant.
 */
export function documentText(details: ResolutionDetails<JsonValue>): string {
  if (typeof details !== "object" || details === null) throw new Error("the provider resolved it to nothing");
  const { value, reason, errorCode, errorMessage } = details;
  if (errorCode !== undefined || reason === StandardResolutionReasons.ERROR) {
    const said = [errorCode, errorMessage].filter((part) => part !== undefined).join(": ");
    throw new Error(said === "" ? "the provider failed and does not say why" : said);
  }
  if (value === NO_DOCUMENT) {
    throw new Error(`it has no value, with the reason ${reason ?? "UNKNOWN"}: set and enable it`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? "a list" : `of type ${value === null ? "null" : typeof value}`;
    throw new Error(`its value is ${kind}: make it an object with version, kill and routes`);
  }
  return JSON.stringify(value);
}
