/** As in routes.yaml's schema. */
const LONGEST = 64;

/** `getOrderById` → `get-order-by-id`; null when nothing is left that an id may have. */
export function idFrom(text: string): string | null {
  const id = text
    .slice(0, 1000)
    .normalize("NFKD")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, LONGEST)
    .replace(/-+$/, "");
  return id === "" ? null : id;
}

/** Gives out ids, each once: `get-order`, then `get-order-2`. */
export class UniqueIds {
  readonly #taken = new Set<string>();
  /** Where to go on counting: documents may have the same name a hundred thousand times. */
  readonly #numbers = new Map<string, number>();

  take(id: string): string {
    let unique = id;
    let number = this.#numbers.get(id) ?? 1;
    while (this.#taken.has(unique)) {
      number += 1;
      const suffix = `-${number}`;
      unique = id.slice(0, LONGEST - suffix.length) + suffix;
    }
    this.#numbers.set(id, number);
    this.#taken.add(unique);
    return unique;
  }
}
