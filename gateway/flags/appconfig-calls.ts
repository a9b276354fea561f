import { setTimeout as sleep } from "node:timers/promises";
import { ControlFailure, controlFailure } from "./appconfig-failure.ts";
import { limited } from "./time-limit.ts";

/** Sends one call. */
type Send<T> = (abortSignal: AbortSignal) => Promise<T>;

const CALL_MS = 10_000;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;
const CLOSING = "this gateway is stopping";

/** Calls of one AWS service, each named after its action, such as `ListDeployments`. They reject with a ControlFailure. */
export class Calls {
  readonly #closing = new AbortController();

  /** Once, whatever becomes of it. */
  async send<T>(action: string, send: Send<T>): Promise<T> {
    try {
      return await limited(CALL_MS, this.#closing.signal, send);
    } catch (error) {
      throw controlFailure(action, error);
    }
  }

  /** What changes nothing, and may be sent again. */
  read<T>(action: string, send: Send<T>): Promise<T> {
    return this.#attempts(
      () => this.send(action, send),
      () => Promise.resolve(null),
    );
  }

  /** What must not be done twice: after a failure it is looked for first, as the answer alone may be what was lost. */
  once<T>(action: string, send: Send<T>, found: () => Promise<T | null>): Promise<T> {
    return this.#attempts(() => this.send(action, send), found);
  }

  /** The pages of a list. */
  async *pages<T>(
    action: string,
    page: (NextToken: string | undefined, abortSignal: AbortSignal) => Promise<Page<T>>,
  ): AsyncGenerator<readonly T[]> {
    let token: string | undefined;
    do {
      const { Items = [], NextToken } = await this.read(action, (abortSignal) => page(token, abortSignal));
      if (Items.length > 0) yield Items;
      token = NextToken;
    } while (token !== undefined);
  }

  /** Resolves later; rejects when closed meanwhile. */
  async pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#closing.signal });
    } catch (cause) {
      throw new ControlFailure("unknown", CLOSING, { cause });
    }
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#closing.abort(new Error(CLOSING));
  }

  async #attempts<T>(attempt: () => Promise<T>, found: () => Promise<T | null>): Promise<T> {
    for (let made = 1; ; made++) {
      const result = await attempt().catch((error: ControlFailure) => error);
      if (!(result instanceof Error)) return result;
      if (result.repeatable || result.kind === "conflict") {
        const before = await found();
        if (before !== null) return before;
      }
      if (!result.repeatable || made === ATTEMPTS) throw result;
      await this.pause(FIRST_PAUSE_MS * 2 ** (made - 1) * (0.5 + Math.random()));
    }
  }
}

interface Page<T> {
  readonly Items?: readonly T[] | undefined;
  readonly NextToken?: string | undefined;
}
