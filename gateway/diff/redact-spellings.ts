/** The spellings of secrets, by how they begin: the spelling and whose it is, the longest first. */
export type Spellings = ReadonlyMap<string, readonly (readonly [spelling: string, secret: string])[]>;

/** Characters of the beginning that spellings are found by. No spelling is shorter. */
const HEAD = 6;

export function spellingsOf(secrets: ReadonlySet<string>): Spellings {
  const owners = new Map<string, string>();
  for (const secret of secrets) {
    for (const spelling of waysToSpell(secret)) if (!owners.has(spelling)) owners.set(spelling, secret);
  }
  // Longest first: a secret that contains another is that secret.
  const sorted = [...owners].toSorted(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
  return Map.groupBy(sorted, ([spelling]) => spelling.slice(0, HEAD));
}

/** The ways a text is written inside other texts. */
function waysToSpell(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const percent = encodeURIComponent(secret.toWellFormed());
  const quoted = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const html = quoted.replaceAll(">", "&gt;");
  return [
    secret,
    percent,
    percent.replaceAll("%20", "+"),
    percent.replace(/%../g, (escape) => escape.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
    quoted,
    quoted.replaceAll("&quot;", '"'),
    html,
    html.replaceAll("&quot;", '"'),
    html.replaceAll("'", "&#39;"),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    // The bytes of UTF-8, one character each, as header fields have them.
    bytes.toString("latin1"),
  ];
}

const TOKEN = /redacted:[a-z2-7]{12}/y;

/**
 * The text with each spelling replaced. Not a regular expression of them all: secrets come over the wire, and enough of
 * them make one that is too large to compile.
 */
export function replaceSpellings(text: string, spellings: Spellings, by: (secret: string) => string): string {
  let done = 0;
  let replaced = "";
  for (let at = 0; at + HEAD <= text.length; at++) {
    const head = text.slice(at, at + HEAD);
    TOKEN.lastIndex = at;
    // What is a token already stays one, whatever its letters spell.
    if (head === "redact" && TOKEN.test(text)) {
      at = TOKEN.lastIndex - 1;
      continue;
    }
    const found = spellings.get(head)?.find(([spelling]) => text.startsWith(spelling, at));
    if (found === undefined) continue;
    replaced += text.slice(done, at) + by(found[1]);
    done = at + found[0].length;
    at = done - 1;
  }
  return replaced + text.slice(done);
}
