import { isSafe, type ShadowSettings } from "../routes/shadowing.ts";
import type { CopyKind } from "../http/shadow-field.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { DropReason } from "./drop-reason.ts";

/** Whether a request may be copied to that side, and as what. Writes never go to the monolith: there they would be real. */
export function rungOfCopy(
  method: string,
  to: Side,
  { writes }: Pick<ShadowSettings, "writes">,
): { readonly kind: CopyKind } | { readonly drop: DropReason } {
  if (isSafe(method)) return { kind: "read" };
  if (to === "legacy") return { drop: "write-to-legacy" };
  switch (writes) {
    case null:
      return { drop: "write-undeclared" };
    case "skip":
      return { drop: "write-skipped" };
    case "record":
      return { drop: "write-recorded" };
    case "dry-run":
    case "rehearsal":
      return { kind: writes };
    default:
      return writes satisfies never;
  }
}
