/** What kind of copy a request is: `read` changes nothing anyway, the others are writes. */
export const COPY_KINDS = ["read", "dry-run", "rehearsal"] as const;
export type CopyKind = (typeof COPY_KINDS)[number];

/** Marks a copy, with its kind. What carries it is never copied again. */
export const SHADOW_FIELD = "x-banyan-shadow";

/** What a request says it is a copy for; null when it says nothing. */
export function copyKind(value: string | undefined): CopyKind | null {
  if (value === undefined) return null;
  return COPY_KINDS.find((kind) => kind === value) ?? "read";
}
