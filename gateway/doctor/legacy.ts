import http from "node:http";
import https from "node:https";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { note, ok, unreachable, type Finding } from "./finding.ts";
import { reasonOf } from "./machine.ts";

const TIMEOUT_MS = 5000;

/** Does the monolith answer, how quickly, and does it keep its connections open? It is asked twice for `/`, by HEAD. */
export async function legacyCheck({ legacy }: GatewayConfig): Promise<Finding> {
  const { Agent, request } = legacy.url.startsWith("https:") ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<{ status: number; ms: number; isReused: boolean }>((resolve, reject) => {
      const from = performance.now();
      const asked = request(new URL("/", legacy.url), { agent, method: "HEAD", timeout: TIMEOUT_MS });
      asked.once("error", reject);
      asked.once("timeout", () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      asked.once("response", (response) => {
        response.resume().once("error", reject);
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            ms: Math.round(performance.now() - from),
            isReused: asked.reusedSocket,
          }),
        );
      });
      asked.end();
    });
  try {
    await ask();
    // An agent takes a socket back at the next turn of the loop.
    await new Promise(setImmediate);
    const { status, ms, isReused } = await ask();
    const says = `${legacy.url} answers ${status} in ${ms} ms`;
    if (isReused) return ok("legacy", `${says}, and keeps connections open`);
    const next = "let it keep connections open (HTTP keep-alive): each request costs a handshake without";
    return note("legacy", `${says}, and closes the connection`, next);
  } catch (error) {
    const next = "start the monolith, or mend `legacy.url` in routes.yaml (LEGACY_URL)";
    return unreachable("legacy", `${legacy.url} does not answer (${reasonOf(error)})`, next);
  } finally {
    agent.destroy();
  }
}
