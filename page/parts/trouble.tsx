import type { ApiProblem } from "../api/problem.ts";
import { Icon } from "./icon.tsx";

/** What went wrong, and what to do about it. */
export function Trouble({ problem }: { problem: ApiProblem | null }) {
  if (problem === null) return null;
  return (
    <p class="trouble" role="alert">
      <Icon name="warning" />
      <span>
        {problem.message}
        {problem.next !== null && (
          <>
            {" "}
            <span class="hint">next: {problem.next}</span>
          </>
        )}
      </span>
    </p>
  );
}
