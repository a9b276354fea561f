import { describe, expect, it } from "vitest";
import type { Pace } from "../../local-aws/appconfig/deployment.ts";
import { Deployments } from "../../local-aws/appconfig/deployments.ts";
import { HostedVersions } from "../../local-aws/appconfig/hosted-versions.ts";
import { Strategies } from "../../local-aws/appconfig/strategies.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function environment() {
  let nowMs = 0;
  const pace: Pace = { now: () => nowMs, minuteMs: MINUTE_MS, held: null };
  const deployments = new Deployments(pace);
  const versions = new HostedVersions();
  const strategies = new Strategies();
  const start = (strategy: string) => {
    const content = {
      content: Buffer.from("{}"),
      contentType: "text/plain",
      versionLabel: null,
      description: null,
    };
    const order = { profileId: "p", profileName: "flags", description: null, version: versions.add(content) };
    return deployments.start({ ...order, strategy: strategies.byId(strategy)! }, null);
  };
  return { deployments, start, later: (ms: number) => void (nowMs += ms) };
}

describe("deployments", () => {
  it("take the time of their strategy", () => {
    const { start, later } = environment();
    const deployment = start("AppConfig.Linear20PercentEvery6Minutes");
    expect(deployment.state()).toBe("DEPLOYING");
    later(15 * MINUTE_MS);
    expect(deployment.percentageComplete()).toBe(50);
    later(15 * MINUTE_MS);
    expect(deployment.state()).toBe("BAKING");
    later(30 * MINUTE_MS - 1);
    expect(deployment.inProgress()).toBe(true);
    later(1);
    expect(deployment.state()).toBe("COMPLETE");
    expect(deployment.completedAtMs()).toBe(60 * MINUTE_MS);
  });

  it("are reverted within 72 hours, and not after", () => {
    const { deployments, start, later } = environment();
    start("AppConfig.AllAtOnce");
    later(10 * MINUTE_MS);
    start("AppConfig.AllAtOnce");
    later(10 * MINUTE_MS + 72 * HOUR_MS + 1);
    expect(() => deployments.stop("2", true)).toThrow("BadRequestException");
    later(-1);
    expect(deployments.stop("2", true).state()).toBe("REVERTED");
    expect(deployments.served("p")?.number).toBe(1);
  });
});
