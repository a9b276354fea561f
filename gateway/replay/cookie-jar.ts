import { CookieJar as ToughJar } from "tough-cookie";
import { allValues, firstValue, type HeaderList } from "../http/headers.ts";

/** As much as clients have to keep of one server (RFC 6265 §6.1). */
const MAX_COOKIES = 50;
const MAX_LINE_BYTES = 4096;

/** The cookies that one side gave one client (RFC 6265): by path and domain, until they expire. */
export class CookieJar {
  #jar: ToughJar | null = null;
  /** Names that this side has ever set: their recorded values are another server's. */
  readonly #names = new Set<string>();

  /** Keeps what an answer to that request sets. */
  keep(request: { readonly target: string; readonly headers: HeaderList }, answer: HeaderList): void {
    for (const line of allValues(answer, "set-cookie")) {
      const name = line.split("=", 1)[0]!.trim();
      const isFull = this.#names.size >= MAX_COOKIES && !this.#names.has(name);
      if (isFull || line.length > MAX_LINE_BYTES) continue;
      // The corpus has public names of hosts and of none: whatever the client took, we take.
      this.#jar ??= new ToughJar(null, { rejectPublicSuffixes: false, looseMode: true });
      this.#names.add(name);
      this.#jar.setCookieSync(line, addressOf(request), { ignoreError: true });
    }
  }

  /** The request's fields with this side's cookies instead of those that were recorded; recorded ones it never set stay. */
  fieldsFor(request: { readonly target: string; readonly headers: HeaderList }): HeaderList {
    const { headers } = request;
    if (this.#jar === null) return headers;
    const recorded = allValues(headers, "cookie").flatMap((value) => value.split(/;\s*/));
    const others = recorded.filter((pair) => pair !== "" && !this.#names.has(pair.split("=", 1)[0]!.trim()));
    const own = this.#jar.getCookieStringSync(addressOf(request));
    const cookie = [...others, ...(own === "" ? [] : [own])].join("; ");
    const rest = headers.filter((_, i) => headers[i - (i % 2)]!.toLowerCase() !== "cookie");
    return cookie === "" ? rest : [...rest, "Cookie", cookie];
  }
}

/** The address as the client knew it. With TLS, as whoever terminates it is not what is asked here. */
function addressOf({ target, headers }: { readonly target: string; readonly headers: HeaderList }): string {
  const address = `https://${firstValue(headers, "host") ?? "localhost"}${target}`;
  return URL.canParse(address) ? address : "https://localhost/";
}
