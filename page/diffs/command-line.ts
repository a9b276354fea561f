/** Commands to paste into a shell. What came from strangers is quoted, and can be nothing but one argument there. */

/** One argument of a POSIX shell; control characters, which a terminal might act upon, as `$'…'` writes them. */
export function quoted(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("-")) return text;
  if (!/\p{Cc}/u.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "\\'")
    .replaceAll(/\p{Cc}/gu, inBytes);
  return `$'${escaped}'`;
}

/** Asks the gateway again what a client asked: `request` is "GET /api/orders/1". Bodies and headers are not kept with it. */
export function curlOf(request: string): string {
  const [, method = "GET", target = "/"] = /^(\S+) (.*)$/s.exec(request) ?? [];
  const verb = method === "GET" ? "" : method === "HEAD" ? "--head " : `-X ${quoted(method)} `;
  return `curl -i --path-as-is --globoff ${verb}"\${GATEWAY:-http://127.0.0.1:8080}"${quoted(target)}`;
}

/** Excuses differences at a place in routes.yaml until a day, such as 2027-01-31. */
export function acceptCommand(route: string, at: string, reason: string, until: string): string {
  return `banyan diffs ${quoted(route)} --at ${quoted(at)} --accept ${quoted(reason)} --until ${quoted(until)}`;
}

/** A character as the bytes of its UTF-8, which mean the same in every locale. */
function inBytes(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
    .join("");
}
