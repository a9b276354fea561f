import type { GoogleAuth, IdTokenClient } from "google-auth-library";
import type { Clock } from "../../clock.ts";
import { UpstreamError } from "../upstream.ts";
import type { Authenticator } from "./authenticator.ts";

export interface GoogleOptions {
  /** URL of the service, as it was deployed. */
  readonly audience: string;
  readonly clock: Clock;
  /** Finds the gateway's own identity; Google's library looks where it always does. */
  readonly auth?: Pick<GoogleAuth, "getIdTokenClient">;
}

/**
 * ID tokens, as private Cloud Run services and functions want them. They travel in X-Serverless-Authorization, which
 * Cloud Run checks in place of Authorization, so the client's own Authorization reaches the function
 * (https://cloud.google.com/run/docs/authenticating/service-to-service).
 */
export function googleAuthenticator({ audience, clock, auth }: GoogleOptions): Authenticator {
  let client: IdTokenClient | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    client ??= await (auth ?? (await googleAuth())).getIdTokenClient(audience);
    // The library keeps a token until some minutes before it expires.
    const bearer = (await client.getRequestHeaders()).get("authorization");
    if (bearer === null) throw new Error("Google's library gave no token");
    return bearer;
  };
  /** The one in use, where a new one cannot be had in time but this one still counts. */
  const lastOne = (): string | undefined => {
    const { id_token: token, expiry_date: expiresAt } = client?.credentials ?? {};
    return token && expiresAt && expiresAt > clock.now() ? `Bearer ${token}` : undefined;
  };

  return {
    coversBody: false,
    owns: (field) => field === "x-serverless-authorization",
    async authenticate() {
      // One question for all who wait: a token that runs out must not bring a stampede on the metadata server.
      asking ??= ask().finally(() => (asking = undefined));
      try {
        return ["X-Serverless-Authorization", await asking];
      } catch (error) {
        const bearer = lastOne();
        if (bearer !== undefined) return ["X-Serverless-Authorization", bearer];
        throw new UpstreamError("denied", noToken(audience, error), { cause: error });
      }
    },
  };
}

function noToken(audience: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return (
    `no ID token for ${audience}: run the gateway as a service account (metadata server) or point ` +
    `GOOGLE_APPLICATION_CREDENTIALS to its key: ${why}`
  ).slice(0, 500);
}

/** Only who uses Google waits for its library to load. */
async function googleAuth(): Promise<GoogleAuth> {
  const { GoogleAuth: Auth } = await import("google-auth-library");
  return new Auth();
}
