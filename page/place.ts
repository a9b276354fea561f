import { store } from "./store.ts";

/** Where in the page somebody is: `#/routes/get-order?to=cutover`. */
export interface Place {
  readonly page: string;
  /** Of the route that the page is about; null for none. */
  readonly id: string | null;
  readonly params: URLSearchParams;
}

/** Reads the fragment of a URL, with or without `#`; what makes no sense is the first page. */
export function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [page = "", id = ""] = path.split("/", 2);
  return {
    page: page === "" ? "routes" : page,
    id: id === "" ? null : decoded(id),
    params: new URLSearchParams(query),
  };
}

/** The fragment that leads there; parameters that are null or empty are left out. */
export function hashOf(
  page: string,
  id: string | null = null,
  params: Readonly<Record<string, string | null>> = {},
) {
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = new URLSearchParams(given).toString();
  return `#/${page}${id === null ? "" : `/${encodeURIComponent(id)}`}${query === "" ? "" : `?${query}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const here = store<Place>(placeOf(""));

/** Goes there; `replace` leaves no step in the browser's history. */
export function goTo(hash: string, how: "push" | "replace" = "push"): void {
  if (how === "push") location.hash = hash;
  else history.replaceState(null, "", hash);
  here.set(placeOf(location.hash));
}
