/** What was asked of another process and is not answered yet, by number. */
export class Asked {
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #last = 0;

  /** Sends a question with a number of its own; resolves or rejects as it is answered. */
  ask(send: (number: number) => void): Promise<void> {
    const number = (this.#last += 1);
    const answered = Promise.withResolvers<void>();
    this.#waiting.set(number, answered);
    send(number);
    return answered.promise;
  }

  /** Of a question that nobody waits for any more, nothing comes. */
  answered(number: number, error: Error | null = null): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error === null) waiting?.resolve();
    else waiting?.reject(error);
  }

  /** Nobody is there any more who could answer, and nothing is left to be done there. */
  end(): void {
    for (const number of this.#waiting.keys()) this.answered(number);
  }
}
