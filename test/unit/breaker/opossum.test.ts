import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import type { BreakerState } from "../../../gateway/breaker/breaker.ts";
import { opossumBreaker } from "../../../gateway/breaker/opossum.ts";
import { systemClock } from "../../../gateway/clock.ts";
import { report, SETTINGS } from "../../contract/breaker.ts";

describe("opossumBreaker", () => {
  it("tells each change of state once, and none after it was stopped", async () => {
    const states: BreakerState[] = [];
    const settings = { ...SETTINGS, openMs: 5 };
    const breaker = opossumBreaker("b", settings, { clock: systemClock, onChange: (s) => states.push(s) });
    report(breaker, "failed", 4);
    await vi.waitFor(() => expect(breaker.state).toBe("half-open"));
    report(breaker, "failed");
    await vi.waitFor(() => expect(breaker.state).toBe("half-open"));
    report(breaker, "succeeded");
    expect(states).toEqual(["open", "half-open", "open", "half-open", "closed"]);
    breaker.stop();
    report(breaker, "failed", 10);
    expect(states).toHaveLength(5);
  });

  it("leaves no promise rejected and no timer that keeps a process alive, open or stopped", async () => {
    const module = (path: string) =>
      JSON.stringify(new URL(`../../../gateway/${path}`, import.meta.url).href);
    const script = `
      import { opossumBreaker } from ${module("breaker/opossum.ts")};
      import { systemClock as clock } from ${module("clock.ts")};
      const settings = ${JSON.stringify(SETTINGS)};
      const [open, stopped] = [1, 2].map((n) => opossumBreaker("b" + n, settings, { clock }));
      for (let n = 0; n < 8; n++) open.admit()?.failed(1);
      stopped.stop();
      for (let n = 0; n < 8; n++) stopped.admit().failed(1);
      console.log(open.state, stopped.state);`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
      timeout: 25_000,
    });
    expect(stdout).toBe("open closed\n");
  });
});
