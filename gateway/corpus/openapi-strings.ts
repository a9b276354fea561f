import type { Node } from "./openapi-document.ts";

/** Longest text that is made where a schema sets no end. */
const LONG = 4096;
/** What takes more characters, bytes or escapes than it looks: accents in two spellings, a pair, a joined emoji, right to left. */
const ODD = ["é", "e\u0301", "漢字", "🙂", "👩‍👩‍👧", "שלום", "İıß"].join(" ");
const MARKUP = `'"<>&\\/%+;?#`;

const FORMATS: Readonly<Record<string, (random: () => number) => readonly string[]>> = {
  date: () => ["2026-01-31", "2024-02-29", "1969-12-31", "9999-12-31"],
  "date-time": () => [
    "2026-01-31T12:00:00Z",
    "2024-02-29T23:59:59.999999Z",
    "1969-12-31T23:59:59-00:30",
    "9999-12-31T23:59:59+14:00",
  ],
  time: () => ["12:00:00Z", "23:59:59.999Z"],
  duration: () => ["PT1H", "P1Y2M3DT4H5M6S"],
  email: () => ["jane.roe@example.com", "a+b@sub.example.com"],
  hostname: () => ["example.com"],
  ipv4: () => ["192.0.2.1", "255.255.255.255"],
  ipv6: () => ["2001:db8::1", "::"],
  uri: () => ["https://example.com/a?b=c", "urn:isbn:0451450523"],
  url: () => ["https://example.com/a?b=c"],
  uuid: (random) => [uuid(random), "00000000-0000-0000-0000-000000000000"],
  byte: () => ["AA==", "", "/+8="],
};

/** Texts at every boundary that a schema has; the usual one first. Lengths count characters as JSON Schema does. */
export function stringsFor(node: Node, random: () => number): string[] {
  const format = FORMATS[String(node["format"])];
  if (format !== undefined) return [...format(random)];
  const least = lengthIn(node["minLength"]) ?? 0;
  const most = Math.max(least, lengthIn(node["maxLength"]) ?? LONG);
  const fitted = (text: string) => {
    const characters = Array.from(text).slice(0, most);
    return characters.join("") + letters(least - characters.length, random);
  };
  const edges = ["", " leading and trailing ", ODD, MARKUP, "null", "0", "two\nlines\tand a tab"];
  const lengths = [letters(least, random), letters(most, random)];
  return [fitted(letters(8, random)), ...lengths, ...edges.map(fitted)];
}

function letters(count: number, random: () => number): string {
  const letter = () => String.fromCharCode(0x61 + Math.floor(random() * 26));
  return Array.from({ length: Math.max(0, count) }, letter).join("");
}

/** RFC 9562, version 4. */
function uuid(random: () => number): string {
  const digit = () => Math.floor(random() * 16).toString(16);
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replaceAll("x", digit);
}

function lengthIn(value: unknown): number | null {
  return typeof value === "number" && value >= 0 ? Math.min(Math.floor(value), 100_000) : null;
}
