/** The words the shop's data is made of. Names hold what real ones do: quotes, commas, accents, other scripts. */
export const MATERIALS = [
  "Oak",
  "Walnut",
  "Linen",
  "Copper",
  "Enamel",
  "Wool",
  "Cork",
  "Slate",
  "Leather",
  "Bamboo",
  "Crème",
  "Größe-L",
];
export const THINGS = [
  "chair",
  "desk lamp",
  "bowl",
  'mug "Sunday"',
  "blanket",
  "clock",
  "tray, round",
  "shelf",
  "basket",
  "stool",
];
export const CATEGORIES = ["kitchen", "living", "office", "garden", "kids"];
export const TAGS = ["newsletter", "vip", "wholesale", "returns-often", "staff"];
export const CITIES: readonly (readonly [city: string, country: string])[] = [
  ["Köln", "DE"],
  ["Łódź", "PL"],
  ["Saint-Étienne", "FR"],
  ["Reykjavík", "IS"],
  ["’s-Hertogenbosch", "NL"],
  ["Αθήνα", "GR"],
];
export const FIRST_NAMES = ["Ada", "Zoë", "José", "Søren", "Mei", "Oluwaseun", "Иван", "Fatima"];
export const LAST_NAMES = [
  "O’Neill, Jr.",
  "Müller",
  "García",
  "Ng",
  'Smith "Smitty"',
  "Kowalska",
  "Ørsted",
  "李",
];

/** Documents whose names are hard on anyone who decodes a path once too often, or too early. */
export const FILES = [
  { name: "terms.txt", type: "text/plain; charset=utf-8", content: "Terms, in short: be kind.\n" },
  { name: "price list 2026.csv", type: "text/csv; charset=utf-8", content: "sku,price\nSKU-1001,12.50\n" },
  { name: "manuals/chair.txt", type: "text/plain; charset=utf-8", content: "Four legs, then sit.\n" },
  { name: "100%.txt", type: "text/plain; charset=utf-8", content: "all of it\n" },
  { name: "50%2Foff.txt", type: "text/plain; charset=utf-8", content: "a percent sign, not a slash\n" },
  { name: "what?.txt", type: "text/plain; charset=utf-8", content: "a question mark\n" },
  { name: "a+b;c,d&e=f.txt", type: "text/plain; charset=utf-8", content: "punctuation\n" },
  { name: "größen ☕.json", type: "application/json; charset=utf-8", content: '{"größe":"L"}\n' },
  { name: "logo.bin", type: "application/octet-stream", content: "\u0000\u0001\u00ff\u2028" },
];
