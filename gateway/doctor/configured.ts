import { isLoopback } from "../admin/loopback.ts";
import { systemClock as clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { needsNoProof } from "../config/operators-schema.ts";
import { configuredFlags } from "../flags/configured-flags.ts";
import { evidenceStore } from "../store/configured-store.ts";
import { StoreError } from "../store/evidence-store.ts";
import { note, ok, unreachable, type Finding } from "./finding.ts";

/** Can the flags be read where routes.yaml has them? */
export async function flagsCheck(config: GatewayConfig, settings: Settings): Promise<Finding> {
  const events = { clock, onChange: () => undefined, onRejected: () => undefined };
  const { flags } = await configuredFlags(config, settings, events);
  await flags.start();
  const { problem } = flags.health();
  const { version } = flags.current();
  await flags.stop();
  if (problem === null) return ok("flags", `read from ${config.flags.source}, version ${version}`);
  const says = `cannot be read from ${config.flags.source}: ${problem.replaceAll("\n", "; ")}`;
  return unreachable("flags", says, "mend what it says; a gateway takes it up by itself (banyan status)");
}

/** Does the store of evidence open? */
export async function storeCheck({ evidence }: GatewayConfig, settings: Settings): Promise<Finding> {
  const store = await evidenceStore(evidence, settings);
  try {
    await store.start();
    return ok("evidence", `${evidence.store} opens`);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return unreachable("evidence", `${evidence.store}: ${error.message}`, "mend `evidence` in routes.yaml");
  } finally {
    await store.close();
  }
}

/** Do operators from elsewhere get in, and nobody else? */
export function operatorsCheck({ operators }: GatewayConfig, { adminHost }: Settings): Finding {
  if (isLoopback(adminHost)) return ok("operators", "the operator's side listens on this machine only");
  if (!needsNoProof(operators)) return ok("operators", `a proof is asked for on ${adminHost}`);
  const says = `listens on ${adminHost}, and no proof is configured: only this machine gets in`;
  return note(
    "operators",
    says,
    "add `operators: { tokens: … }` or oidc to routes.yaml, or unset ADMIN_HOST",
  );
}
