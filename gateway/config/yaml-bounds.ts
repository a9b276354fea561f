import { Lexer } from "yaml";

export const MAX_CONFIG_BYTES = 1024 * 1024;
export const MAX_DEPTH = 32;
const MAX_TOKENS = 800_000;

/**
 * What is too much about a text, before it is parsed: the parser's time grows with the square of the depth, and a
 * megabyte of `[` keeps it busy for seconds.
 */
export function excessOf(text: string): string | null {
  if (Buffer.byteLength(text) > MAX_CONFIG_BYTES) return "the file is larger than 1 MiB";
  let tokens = 0;
  let flowDepth = 0;
  let indicators = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === "[" || token === "{") flowDepth += 1;
    else if (token === "]" || token === "}") flowDepth -= 1;
    if (token === "-" || token === "?" || token === ":") indicators += 1;
    else if (token.trim() !== "") indicators = 0;
    if (tokens > MAX_TOKENS) return "the file holds too much";
    if (flowDepth > MAX_DEPTH || indicators > MAX_DEPTH) return "the file is nested too deeply";
  }
  return null;
}
