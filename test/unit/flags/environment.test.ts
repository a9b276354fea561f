import { describe, expect, it } from "vitest";
import { SettingsError } from "../../../gateway/config/env.ts";
import { environmentFlags } from "../../../gateway/flags/environment.ts";
import type { FlagSnapshot } from "../../../gateway/flags/flag-source.ts";

const clock = { now: () => 1_000, elapsed: () => 0 };

function problemsOf(text: string): readonly string[] {
  try {
    environmentFlags(text, { clock });
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("environmentFlags", () => {
  it.each([
    ["JSON", '{"version": 3, "routes": {"get-order": {"stage": "canary", "percent": 5}}}'],
    ["YAML", "version: 3\nroutes:\n  get-order: { stage: canary, percent: 5 }\n"],
  ])("are a whole flag document in %s, fresh from the beginning to the end", async (_, text) => {
    const flags = environmentFlags(text, { clock })!;
    const snapshot = flags.current();
    expect(snapshot.version).toBe("3");
    expect(snapshot.routes.get("get-order")).toMatchObject({ stage: "canary", percent: 5 });
    await flags.start();
    expect(flags.health()).toEqual({ fresh: true, lastReadAt: 1_000, problem: null });
    await flags.stop();
    expect(flags.current()).toBe(snapshot);
  });

  it.each([undefined, "", "  \n"])("are none when the variable is %j", (text) => {
    expect(environmentFlags(text, { clock })).toBeNull();
  });

  it("tell which flags are in use, once", async () => {
    const changed: FlagSnapshot[] = [];
    const flags = environmentFlags("version: 1", { clock, onChange: (snapshot) => changed.push(snapshot) })!;
    expect(changed).toEqual([]);
    await flags.start();
    await flags.start();
    expect(changed).toEqual([flags.current()]);
  });

  it("stop the start when they are not valid, with every problem and where it is", () => {
    const problems = problemsOf("version: -1\nroutes:\n  get-order: { stage: canry }\n");
    expect(problems[0]).toMatch(/^BANYAN_FLAGS:1:10: version: must not be negative/);
    expect(problems[1]).toMatch(/^BANYAN_FLAGS:3:\d+: routes\.get-order.*must name a stage/);
    expect(problems.at(-1)).toContain("unset it");
  });

  it("stop the start when they are a file's name, which is easily taken for one", () => {
    expect(problemsOf("flags.yaml").join("\n")).toContain("must hold version, kill and routes");
  });
});
