import type { EventSettings, LambdaTarget } from "../../gateway/routes/function-target.ts";

/** What routes.yaml means by a function of which it says nothing but its name. */
export const PLAIN_EVENTS: EventSettings = {
  payload: "2.0",
  pathEncoding: "raw",
  routeKey: null,
  stageVariables: {},
  authorizer: null,
  binaryTypes: [],
};

export function lambdaTarget(name: string, more: Partial<LambdaTarget> = {}): LambdaTarget {
  return {
    kind: "lambda",
    name,
    qualifier: "live",
    events: PLAIN_EVENTS,
    stream: false,
    architecture: "x86_64",
    keepWarm: null,
    ...more,
  };
}
