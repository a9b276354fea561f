import { Worker } from "node:worker_threads";

export interface DeadlineThreadOptions {
  /** Calls that may wait for the thread. */
  readonly maxWaiting?: number;
  /** After this long a call is given up, with the thread that is at it. */
  readonly deadlineMs?: number;
}

/** A thread that answers one call after the other. */
export interface DeadlineThread<Call, Result extends object> {
  /** `busy` when too much is waiting already, `given-up` when it took too long or failed. Never rejects. */
  run(call: Call): Promise<Result | "busy" | "given-up">;
  /** Gives up what waits. */
  stop(): Promise<void>;
}

/** Runs what could take long beside the event loop. The thread starts with the first call, and keeps no process alive. */
export function deadlineThread<Call, Result extends object>(
  worker: URL,
  { maxWaiting = 64, deadlineMs = 5_000 }: DeadlineThreadOptions,
): DeadlineThread<Call, Result> {
  interface Job {
    readonly call: Call;
    readonly done: (result: Result | "given-up") => void;
  }
  const waiting: Job[] = [];
  let underWay: Job | undefined;
  let thread: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;

  const settle = (result: Result | "given-up") => {
    clearTimeout(timer);
    const job = underWay;
    underWay = undefined;
    job?.done(result);
    next();
  };
  const giveUp = () => {
    const lost = thread;
    thread = undefined;
    lost?.removeAllListeners();
    // Once it is told to end, nothing that it still says counts.
    lost?.on("error", () => undefined);
    void lost?.terminate();
    settle("given-up");
  };
  const started = () => {
    const made = new Worker(worker);
    made.on("message", settle);
    made.on("error", giveUp);
    made.on("exit", giveUp);
    made.unref();
    return made;
  };
  const next = () => {
    if (underWay !== undefined) return;
    underWay = waiting.shift();
    if (underWay === undefined) return;
    thread ??= started();
    timer = setTimeout(giveUp, deadlineMs).unref();
    thread.postMessage(underWay.call, []);
  };

  return {
    run(call) {
      if (waiting.length >= maxWaiting) return Promise.resolve("busy");
      return new Promise((done) => {
        waiting.push({ call, done });
        next();
      });
    },
    async stop() {
      clearTimeout(timer);
      const ending = thread;
      thread = undefined;
      ending?.removeAllListeners();
      await ending?.terminate();
      const left = [underWay, ...waiting.splice(0)].filter((job) => job !== undefined);
      underWay = undefined;
      for (const { done } of left) done("given-up");
    },
  };
}
