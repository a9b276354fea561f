/** The three names that AppConfig finds a configuration by; names or ids. */
export interface AppConfigAddress {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
}

/** What one poll brought. */
export interface PolledConfiguration {
  /** Null when nothing has changed since the last poll. */
  readonly content: Uint8Array | null;
  readonly contentType: string;
  /** The service wants to be left alone for this long. */
  readonly intervalMs: number;
}

/** The service was asked before its interval was over; nothing is lost. */
export class TooEarly extends Error {
  override readonly name = "TooEarly";

  constructor(options?: ErrorOptions) {
    super("AppConfig was asked too early", options);
  }
}

/** One place's newest configuration, asked for again and again. */
export interface ConfigurationSession {
  /** Begins a new session when there is none, or the old one is refused. Rejects when the service cannot be asked. */
  poll(signal: AbortSignal): Promise<PolledConfiguration>;
  close(): void;
}
