import type { Payload } from "../../gateway/routes/function-target.ts";
import type { AdapterName } from "./adapters.ts";

/** Something that an app in a function does otherwise than the app by itself, through no doing of the gateway. */
export interface Known {
  readonly why: string;
  readonly adapters: readonly AdapterName[];
  readonly where: readonly Where[];
}

/** Requests in these formats, by name, and exactly where the answers to them differ on this account. */
export interface Where {
  readonly formats: readonly Payload[];
  readonly requests: readonly string[];
  readonly differs: readonly string[];
}
