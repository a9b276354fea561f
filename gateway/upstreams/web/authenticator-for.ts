import type { Clock } from "../../clock.ts";
import type { WebAuth } from "../../routes/function-target.ts";
import type { Authenticator } from "./authenticator.ts";
import { googleAuthenticator } from "./google-authenticator.ts";
import { headerAuthenticator } from "./header-authenticator.ts";
import { sigV4Authenticator } from "./sigv4-authenticator.ts";

/** The authenticator that a target asks for. */
export function authenticatorFor(auth: WebAuth, clock: Clock): Authenticator {
  switch (auth.kind) {
    case "none":
      return headerAuthenticator([]);
    case "headers":
      return headerAuthenticator(auth.headers);
    case "aws":
      return sigV4Authenticator({ service: auth.service, region: auth.region, clock });
    case "google":
      return googleAuthenticator({ audience: auth.audience, clock });
    default:
      return auth satisfies never;
  }
}
