import type { AwsSettings, Invoker } from "../../gateway/upstreams/lambda/invoker.ts";
import { leanInvoker } from "../../gateway/upstreams/lambda/lean-invoker.ts";
import { sdkInvoker } from "../../gateway/upstreams/lambda/sdk-invoker.ts";

/** What calls functions in tests of the whole gateway: our own client, or with BANYAN_TEST_AWS_CLIENT=sdk the SDK's. */
export const TESTED_CLIENT = process.env["BANYAN_TEST_AWS_CLIENT"] === "sdk" ? "sdk" : "lean";

export function testedInvoker(settings: AwsSettings): Invoker {
  return TESTED_CLIENT === "sdk" ? sdkInvoker(settings) : leanInvoker(settings);
}
