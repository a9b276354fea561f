import { murmur3 } from "../flags/murmur3.ts";

const BITS = 2 ** 20;

/**
 * Sessions that lost a request, in 128 KiB however many there are. It forgets none of them; once there are very many, it takes
 * others for broken, too, and what is recorded is still right.
 */
export class BrokenSessions {
  readonly #bits = new Uint8Array(BITS / 8);

  add(session: string): void {
    const bit = bitOf(session);
    this.#bits[bit >>> 3]! |= 1 << (bit & 7);
  }

  has(session: string): boolean {
    const bit = bitOf(session);
    return (this.#bits[bit >>> 3]! & (1 << (bit & 7))) !== 0;
  }
}

function bitOf(session: string): number {
  return murmur3(Buffer.from(session)) % BITS;
}
