import { describe, expect, it } from "vitest";
import { withAccepted } from "../../../gateway/config/accept.ts";
import { configOf } from "./load-text.ts";

const accepted = { at: "body/total", owner: "me", reason: "rounding: #12", until: "2027-01-31" };
const FILE = `# top
version: 1
legacy: { url: "\${LEGACY_URL:-http://127.0.0.1:3000}" } # the monolith
routes:
  plain:
    match: { path: /plain }
    function: { lambda: plain }
  ruled:
    match: { path: /ruled }
    function: { lambda: ruled }
    compare:
      # why
      ignore:
        - { at: body/old, owner: you, reason: old, until: 2026-12-31 }
  shared: { match: { path: /shared }, function: { lambda: shared }, compare: &rules { nullIsAbsent: true } }
  alias: { match: { path: /alias }, function: { lambda: alias }, compare: *rules }
`;

describe("accepting a difference in routes.yaml", () => {
  it.each(["plain", "ruled", "shared"])("adds a rule to %s and changes nothing else", (route) => {
    const edited = withAccepted(FILE, route, accepted);
    const text = "text" in edited ? edited.text : edited.problem;
    const [before, after] = [configOf(FILE), configOf(text)];
    const added = after.routes.find(({ id }) => id === route)!.compare.ignores.at(-1);
    expect(added).toMatchObject({ at: "body/total", owner: "me", reason: "rounding: #12" });
    for (const comment of ["# top", "# the monolith", "# why", "${LEGACY_URL:-"])
      expect(text).toContain(comment);
    const others = (config: typeof before) =>
      config.routes
        .filter(({ id }) => id !== route && id !== "alias")
        .map(({ line: _moved, ...rest }) => rest);
    expect(others(after)).toEqual(others(before));
  });

  it("says so where it cannot", () => {
    expect(withAccepted(FILE, "nobody", accepted)).toEqual({
      problem: "there is no route nobody that could be added to",
    });
    expect(withAccepted(FILE, "alias", accepted)).toEqual({
      problem: "what `compare` of alias says is no plain list",
    });
  });
});
