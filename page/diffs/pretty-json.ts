/** Longest text that is laid out; what is longer is shown as it came. Characters. */
const MOST = 256 * 1024;

/**
 * JSON on lines of its own, with the source text of each value kept: numbers that a double cannot hold stay what they
 * are. Null for what is no JSON.
 */
export function prettyJson(text: string): string | null {
  if (text.length > MOST || !isJson(text)) return null;
  const out: string[] = [];
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g)) {
    const last = out.at(-1);
    if (token === "}" || token === "]") {
      depth -= 1;
      // What is empty stays on its line.
      out.push(last === "{" || last === "[" ? token : `${line()}${token}`);
      continue;
    }
    if (last === "{" || last === "[" || last === ",") out.push(line());
    out.push(token === ":" ? ": " : token);
    if (token === "{" || token === "[") depth += 1;
  }
  return out.join("");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
