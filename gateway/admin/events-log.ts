import { randomBytes } from "node:crypto";

/** One thing that can be looked at, as it is now. */
interface Entry {
  readonly seq: number;
  readonly event: string;
  /** JSON, of one line. */
  readonly data: string;
}

/**
 * What is known of each thing, in the order of its last change. Whoever saw all up to some number has missed exactly what
 * changed after it, however long ago that was: nothing has to be kept for them but the newest of each thing.
 */
export class EventLog {
  #life = randomBytes(6).toString("hex");
  #seq = 0;
  readonly #entries = new Map<string, Entry>();
  /** Texts since some number, shared by all who are there. */
  readonly #texts = new Map<number, Buffer>();

  /** Number of the newest change. */
  get seq(): number {
    return this.#seq;
  }

  /** Takes note of a thing; nothing when it is as it was. */
  note(event: string, id: string, value: object): void {
    const data = JSON.stringify(value);
    const key = `${event} ${id}`;
    if (this.#entries.get(key)?.data === data) return;
    this.#entries.delete(key);
    this.#seq += 1;
    this.#entries.set(key, { seq: this.#seq, event, data });
    this.#texts.clear();
  }

  /** Forgets everything; numbers of before mean nothing any more. */
  clear(): void {
    this.#life = randomBytes(6).toString("hex");
    this.#seq = 0;
    this.#entries.clear();
    this.#texts.clear();
  }

  /** The number in a Last-Event-ID; null when it is from another life. */
  positionOf(id: string | undefined): number | null {
    const [life, digits = ""] = id?.split("-") ?? [];
    const seq = Number(digits);
    return life === this.#life && /^\d{1,15}$/.test(digits) && seq <= this.#seq ? seq : null;
  }

  /** Events for somebody who saw all up to `seq`. */
  since(seq: number): Buffer {
    return this.#shared(seq, () => {
      const missed = [...this.#entries.values()].filter((entry) => entry.seq > seq);
      return missed.map(({ seq: id, event, data }) => this.#eventText(id, event, data)).join("");
    });
  }

  /** One event with all there is, for somebody who saw nothing. */
  snapshot(): Buffer {
    return this.#shared(-1, () => {
      const of = (event: string) =>
        [...this.#entries.values()].filter((entry) => entry.event === event).map(({ data }) => data);
      const data = `{"gateway":${of("gateway").join("")},"routes":[${of("route").join(",")}],"evidence":[${of("evidence").join(",")}]}`;
      return this.#eventText(this.#seq, "snapshot", data);
    });
  }

  #shared(key: number, make: () => string): Buffer {
    let text = this.#texts.get(key);
    if (text === undefined) this.#texts.set(key, (text = Buffer.from(make())));
    return text;
  }

  #eventText(seq: number, event: string, data: string): string {
    return `id: ${this.#life}-${seq}\nevent: ${event}\ndata: ${data}\n\n`;
  }
}
