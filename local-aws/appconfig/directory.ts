import { randomInt } from "node:crypto";

/** What AWS gives an id and people give a name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A new id, as `[a-z0-9]{4,7}` of https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Application.html. */
export function newId(): string {
  return Array.from({ length: 7 }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join("");
}

/** Things of one kind, in the order they were made. */
export class Directory<T extends Named> {
  readonly #items: T[] = [];

  add(item: T): T {
    this.#items.push(item);
    return item;
  }

  all(): readonly T[] {
    return this.#items;
  }

  byId(id: string): T | undefined {
    return this.#items.find((item) => item.id === id);
  }

  /** What the data plane takes: ids, or names. */
  find(nameOrId: string): T | undefined {
    return this.byId(nameOrId) ?? this.#items.find((item) => item.name === nameOrId);
  }
}
