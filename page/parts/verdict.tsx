import type { GateVerdict } from "../../gateway/evidence/assessment.ts";
import { Icon } from "./icon.tsx";

const WORDS: Readonly<Record<GateVerdict, string>> = { yes: "Yes", no: "No", unknown: "Not known yet" };

export function Verdict({ verdict }: { verdict: GateVerdict }) {
  return (
    <span class={`verdict is-${verdict}`}>
      <Icon name={verdict} />
      {WORDS[verdict]}
    </span>
  );
}
