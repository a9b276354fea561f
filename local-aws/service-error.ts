/** What an AWS service answers when it refuses: an HTTP status, an error type the SDK knows, and a JSON body. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly status: number;
  /** Sent as `x-amzn-errortype`; empty for an answer without one, as from a broken load balancer. */
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, type: string, body: Readonly<Record<string, unknown>>) {
    super(`${status} ${type}`);
    this.status = status;
    this.type = type;
    this.body = body;
  }
}
