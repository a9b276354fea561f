import { StoreError } from "../store/evidence-store.ts";
import { Asked } from "./asked.ts";
import type { FromWorker, Problem } from "./messages.ts";

/** A worker's way to the primary process. */
export interface PrimaryLink {
  /** Resolves once it is on its way. */
  tell(message: FromWorker): Promise<void>;
  /** Resolves once the primary did what it was asked; rejects with a StoreError when it could not. */
  ask(question: (number: number) => FromWorker): Promise<void>;
  wentOn(number: number, problem: Problem | null): void;
}

/** Over the channel that a forked process has. Without it, this process is about to end. */
export function primaryLink(): PrimaryLink {
  const asked = new Asked();
  const tell = (message: FromWorker) =>
    new Promise<void>((resolve) => {
      if (process.send === undefined || !process.connected) return resolve();
      process.send(message, undefined, undefined, () => resolve());
    });
  return {
    tell,
    ask: (question) => asked.ask((number) => void tell(question(number))),
    wentOn(number, problem) {
      const error = problem === null ? null : new StoreError(problem.message, { mayPass: problem.mayPass });
      asked.answered(number, error);
    },
  };
}
