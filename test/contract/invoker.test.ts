import { sdkInvoker } from "../../gateway/upstreams/lambda/sdk-invoker.ts";
import { invokerContract } from "./invoker.ts";

invokerContract("the AWS SDK's invoker", sdkInvoker);
