import { randomBytes } from "node:crypto";
import type { Address, Configurations } from "./configurations.ts";
import { badRequest, badToken } from "./errors.ts";
import type { HostedVersion } from "./hosted-versions.ts";

/** What one poll answers. */
export interface Polled {
  readonly nextToken: string;
  readonly intervalS: number;
  readonly configuration: HostedVersion;
  /** False when the session's last poll already answered this configuration. */
  readonly changed: boolean;
}

interface Session {
  readonly at: Address;
  readonly intervalS: number;
  last: { readonly configuration: HostedVersion; readonly polledAtMs: number } | null;
}

interface Token {
  readonly session: Session;
  expiresAtMs: number;
}

const TOKEN_LIFE_MS = 24 * 60 * 60 * 1000;
const MAX_INTERVAL_S = 86_400;
/** What AppConfig asks of a client that says nothing. */
const DEFAULT_INTERVAL_S = 60;

/** Who polls what. Each token is good for one poll within 24 hours, and not before the interval is over. */
export class Sessions {
  readonly #configurations: Configurations;
  readonly #minimumIntervalS: number;
  readonly #tokens = new Map<string, Token>();

  constructor(configurations: Configurations, minimumIntervalS: number) {
    this.#configurations = configurations;
    this.#minimumIntervalS = minimumIntervalS;
  }

  /** The first token of a new session. */
  start(at: Address, intervalS: number = DEFAULT_INTERVAL_S): string {
    if (intervalS < this.#minimumIntervalS || intervalS > MAX_INTERVAL_S) {
      const range = `${this.#minimumIntervalS} to ${MAX_INTERVAL_S}`;
      throw badRequest(`RequiredMinimumPollIntervalInSeconds must be ${range}`);
    }
    this.#configurations.locate(at);
    return this.#issue({ at, intervalS, last: null });
  }

  poll(token: string): Polled {
    const found = this.#tokens.get(token);
    if (found === undefined) throw badToken("Corrupted");
    const nowMs = performance.now();
    if (nowMs >= found.expiresAtMs) throw badToken("Expired");
    const { session } = found;
    const { last, intervalS } = session;
    if (last !== null && nowMs < last.polledAtMs + intervalS * 1000) {
      throw badToken("PollIntervalNotSatisfied");
    }
    const configuration = this.#configurations.get(session.at);
    this.#tokens.delete(token);
    session.last = { configuration, polledAtMs: nowMs };
    const changed = configuration !== last?.configuration;
    return { nextToken: this.#issue(session), intervalS, configuration, changed };
  }

  expireTokens(): void {
    for (const token of this.#tokens.values()) token.expiresAtMs = Number.NEGATIVE_INFINITY;
  }

  #issue(session: Session): string {
    const token = randomBytes(24).toString("base64url");
    this.#tokens.set(token, { session, expiresAtMs: performance.now() + TOKEN_LIFE_MS });
    return token;
  }
}
