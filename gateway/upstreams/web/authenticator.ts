import type { HeaderList } from "../../http/headers.ts";
import type { Target } from "../../http/target.ts";

/** A request on its way to a function's host, as far as a proof of identity may cover it. */
export interface Unproven {
  readonly method: string;
  /** As it goes on the wire, the function's own path prefix included. */
  readonly target: Target;
  /** Every other field, Host included. */
  readonly headers: HeaderList;
  /** Whole where the proof covers it, else empty. */
  readonly body: Buffer;
}

/** Shows a function's host who the gateway is. */
export interface Authenticator {
  /** True when the proof covers the body, which is then read whole before it is sent. */
  readonly coversBody: boolean;
  /** True for fields (lower-case) that nobody but the gateway may write: clients' own do not travel. */
  readonly owns: (field: string) => boolean;
  /**
   * The fields that prove it. Rejects only with an UpstreamError of phase `not-started`: without a proof nothing is sent.
   */
  authenticate(request: Unproven): Promise<HeaderList>;
}
