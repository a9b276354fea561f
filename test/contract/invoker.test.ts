import { sdkInvoker } from "../../gateway/upstreams/lambda/sdk-invoker.ts";
import { leanInvoker } from "../../gateway/upstreams/lambda/lean-invoker.ts";
import { invokerContract } from "./invoker.ts";

invokerContract("the AWS SDK's invoker", sdkInvoker);
invokerContract("our own invoker", leanInvoker);
