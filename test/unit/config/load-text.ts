import { loadConfig } from "../../../gateway/config/load.ts";
import type { GatewayConfig } from "../../../gateway/config/gateway-config.ts";
import type { Variables } from "../../../gateway/config/interpolate.ts";
import type { Problem } from "../../../gateway/config/problem.ts";

/** The configuration of a text that is good, or the test is wrong. */
export function configOf(text: string, variables: Variables = {}): GatewayConfig {
  const loaded = loadConfig(text, "routes.yaml", variables);
  if ("config" in loaded) return loaded.config;
  throw new Error(loaded.problems.map(({ line, col, message }) => `${line}:${col} ${message}`).join("\n"));
}

/** Everything there is to say about a text: problems when it is bad, warnings when it is good. */
export function problemsOf(text: string, variables: Variables = {}): readonly Problem[] {
  const loaded = loadConfig(text, "routes.yaml", variables);
  return "config" in loaded ? loaded.config.warnings : loaded.problems;
}

/** A file with these routes, written without their indentation, and nothing else. */
export function fileWith(routes: string, legacy = "http://127.0.0.1:3000"): string {
  const indented = routes.trim().replaceAll(/^/gm, "  ");
  return `version: 1\nlegacy: { url: "${legacy}" }\nroutes:\n${indented}\n`;
}
