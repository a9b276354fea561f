import {
  ErrorCode,
  OpenFeatureEventEmitter,
  ProviderEvents,
  StandardResolutionReasons,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from "@openfeature/server-sdk";
import type { Clock } from "../clock.ts";
import type { FlagSource } from "../flags/flag-source.ts";
import type { Route } from "../routes/route.ts";
import { contextRequest } from "./context-request.ts";
import { parseFlagKey, routeValues, type RouteValues, type ValueTypes } from "./route-values.ts";

export interface BanyanProviderOptions {
  /** Started and stopped by whoever made it. */
  readonly flags: Pick<FlagSource, "current">;
  /** The route of an id, in the table that is in use now. */
  readonly routeOf: (id: string) => Route | undefined;
  readonly clock: Pick<Clock, "now">;
  /** Calls back whenever flags or routes have changed, until the function that it returns is called. */
  readonly onChange?: (changed: () => void) => () => void;
}

/**
 * Banyan's decisions as OpenFeature flags, for code that wants to know which side a client is on. The key
 * - `get-order` is the side, `legacy` or `function`; as a boolean, whether the function answers; as an object, all of the
 *   decision;
 * - `get-order.stage` is the stage, a string;
 * - `get-order.percent` is the share of clients that the stage leaves to the function, a number.
 *
 * Deciding is the gateway's own: the same key falls into the same bucket here and there.
 */
export function banyanProvider({ flags, routeOf, clock, onChange }: BanyanProviderOptions): Provider {
  const events = new OpenFeatureEventEmitter();
  let stopListening: (() => void) | undefined;

  function find(flagKey: string, context: EvaluationContext): RouteValues | null {
    const parsed = parseFlagKey(flagKey);
    const route = parsed === null ? undefined : routeOf(parsed.routeId);
    if (parsed === null || route === undefined) return null;
    const asking = { ...contextRequest(context), now: clock.now() };
    return routeValues(route, parsed.aspect, asking, flags.current());
  }

  function resolve<T extends keyof ValueTypes>(
    type: T,
    flagKey: string,
    defaultValue: ValueTypes[T],
    context: EvaluationContext,
  ): ResolutionDetails<ValueTypes[T]> {
    const found = find(flagKey, context);
    if (found === null) {
      const wanted = "name a route of routes.yaml, alone or with .stage or .percent";
      return failed(defaultValue, ErrorCode.FLAG_NOT_FOUND, `there is no flag ${flagKey}: ${wanted}`);
    }
    const { values, ...details } = found;
    const value: ValueTypes[T] | undefined = values[type];
    if (value !== undefined) return { value, ...details };
    const types = Object.keys(values).join(", ");
    return failed(defaultValue, ErrorCode.TYPE_MISMATCH, `${flagKey} is no ${type}: ask for ${types}`);
  }

  async function resolveObject<T extends JsonValue>(
    flagKey: string,
    defaultValue: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>>;
  // Which T somebody expects is theirs to know: OpenFeature's signature has no place to check it.
  async function resolveObject(flagKey: string, defaultValue: JsonValue, context: EvaluationContext) {
    return resolve("object", flagKey, defaultValue, context);
  }

  return {
    metadata: { name: "banyan" },
    runsOn: "server",
    events,
    async initialize() {
      stopListening ??= onChange?.(() => events.emit(ProviderEvents.ConfigurationChanged));
    },
    async onClose() {
      stopListening?.();
      stopListening = undefined;
    },
    resolveBooleanEvaluation: async (key, otherwise, context) => resolve("boolean", key, otherwise, context),
    resolveStringEvaluation: async (key, otherwise, context) => resolve("string", key, otherwise, context),
    resolveNumberEvaluation: async (key, otherwise, context) => resolve("number", key, otherwise, context),
    resolveObjectEvaluation: resolveObject,
  };
}

function failed<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}
