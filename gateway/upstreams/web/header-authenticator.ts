import type { HeaderList } from "../../http/headers.ts";
import type { Authenticator } from "./authenticator.ts";

/** The same fields with every request: keys, tokens, Basic credentials; or none at all. */
export function headerAuthenticator(headers: HeaderList): Authenticator {
  const names = new Set(headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  return {
    coversBody: false,
    owns: (field) => names.has(field),
    authenticate: () => Promise.resolve(headers),
  };
}
