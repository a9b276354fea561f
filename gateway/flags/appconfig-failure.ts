import { errorCode } from "./error-code.ts";
import type { FlipResult } from "./writer.ts";

/** Why a change was not made. */
export type Why = Extract<FlipResult, { made: false }>["why"];

/** A change that is given up; its message says what to do. */
export class NotMade extends Error {
  override readonly name: string = "NotMade";
  readonly why: Why;

  constructor(why: Why, message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/**
 * How a call of AppConfig's control plane failed:
 * - `conflict`: somebody else was first;
 * - `invalid`: what was sent is not taken;
 * - `missing`: something that was named is not there;
 * - `refused`: the caller may not, or cannot say who it is;
 * - `throttled`, `unknown`: another attempt may succeed; after `unknown` the first one may have, too.
 */
export type FailureKind = "conflict" | "invalid" | "missing" | "refused" | "throttled" | "unknown";

/** A call that failed; its message says what to do. */
export class ControlFailure extends NotMade {
  override readonly name = "ControlFailure";
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(kind === "conflict" || kind === "invalid" ? kind : "failed", message, options);
    this.kind = kind;
  }

  get repeatable(): boolean {
    return this.kind === "throttled" || this.kind === "unknown";
  }
}

const UNACCEPTED =
  /^(UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature|SignatureDoesNot|MissingAuth|RequestExpired|InvalidToken)/;

/** What an error of the AWS SDK means for one action, such as `StartDeployment`. */
export function controlFailure(action: string, error: unknown): ControlFailure {
  const { name, message, status } = parts(error);
  const failure = (kind: FailureKind, words: string) => new ControlFailure(kind, words, { cause: error });
  const said = `${action}: ${message}`;
  if (name === "CredentialsProviderError") {
    return failure(
      "refused",
      `no AWS credentials were found: name a profile in AWS_PROFILE, or run under a role (${message})`,
    );
  }
  if (UNACCEPTED.test(name)) {
    return failure("refused", `AWS does not accept the credentials: renew them, then repeat this (${said})`);
  }
  if (status === 403) {
    return failure(
      "refused",
      `the credentials lack appconfig:${action}: allow it in their IAM policy (${message})`,
    );
  }
  if (status === 429 || /Throttl|TooManyRequests/.test(name)) {
    return failure("throttled", `AWS throttles appconfig:${action}: repeat this in a minute (${message})`);
  }
  if (status === 409) return failure("conflict", said);
  if (status === 404) return failure("missing", `AppConfig does not find it: ${said}`);
  if (status === 413) {
    return failure(
      "invalid",
      `AppConfig takes no document of this size: take out what no route needs (${said})`,
    );
  }
  if (status === 400)
    return failure("invalid", [`AppConfig refuses it: ${said}`, ...detailsOf(error)].join("\n"));
  if (status !== undefined && status < 500) return failure("refused", `AppConfig refuses it: ${said}`);
  return failure("unknown", `AppConfig did not answer as it should: ${said}`);
}

function parts(error: unknown): { name: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: "", message: String(error), status: undefined };
  const status = field(field(error, "$metadata"), "httpStatusCode");
  // Untyped answers, as from a broken load balancer, have no message of their own.
  const message = error.message || (errorCode(error) ?? error.name);
  return { name: error.name, message, status: typeof status === "number" ? status : undefined };
}

/** What validators found, as in https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_InvalidConfigurationDetail.html. */
function detailsOf(error: unknown): string[] {
  const details = field(field(error, "Details"), "InvalidConfiguration");
  if (!Array.isArray(details)) return [];
  return details.map((detail: unknown) => {
    const [where, what] = [field(detail, "Location"), field(detail, "Reason")];
    return `${isText(where) ? where : "the document"}: ${isText(what) ? what : JSON.stringify(detail)}`;
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}
