import { setImmediate } from "node:timers/promises";
import { exited, timedOut, type Failure, type Outcome } from "./outcome.ts";
import { runtimeApi, type Invocation, type RuntimeApi, type RuntimeEvents } from "./runtime-api.ts";
import { startRuntime, type RuntimeProcess, type RuntimeSettings } from "./runtime-process.ts";

export interface EnvironmentSettings extends RuntimeSettings {
  readonly timeoutMs: number;
}

/** What starting took, and how it failed, if it did. */
export interface ColdStart {
  readonly initMs: number;
  readonly failure?: Failure;
}

/** What one run took. */
export interface Run {
  readonly outcome: Outcome;
  readonly durationMs: number;
}

/** Lambda gives the code outside the handler ten seconds, whatever the function's timeout. */
const INIT_TIMEOUT_MS = 10_000;

interface Current {
  readonly invocation: Invocation;
  readonly onLine: (line: string) => void;
  readonly settle: (outcome: Outcome) => void;
  outcome?: Outcome;
  /** The process has asked for more, which it may before its word of this one is through. */
  over?: true;
}

/** One execution environment: a process that runs one invocation at a time, for as long as it lives. */
export class Environment {
  /** Settles when the handler is loaded, or has failed to. */
  readonly ready: Promise<ColdStart>;
  /** The most memory the process has been seen to use. */
  usedMemoryMb = 0;
  readonly #settings: EnvironmentSettings;
  readonly #initialised = Promise.withResolvers<Failure | undefined>();
  #give: Parameters<RuntimeEvents["idle"]>[0] | undefined;
  #current: Current | undefined;
  #initFailure: Failure | undefined;
  #process: RuntimeProcess | undefined;
  #api: RuntimeApi | undefined;
  #dead = false;

  /** Starts at once, for the invocation with this id. */
  constructor(settings: EnvironmentSettings, requestId: string) {
    this.#settings = settings;
    this.ready = this.#start(requestId);
  }

  /** False once its process is gone, or going. */
  get alive(): boolean {
    return !this.#dead;
  }

  /** Runs one invocation, whose lines go to `onLine`; call it only when ready, and not before the last one has ended. */
  async run(invocation: Invocation, onLine: (line: string) => void): Promise<Run> {
    const { timeoutMs } = this.#settings;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const startedAt = performance.now();
    const current: Current = { invocation, onLine, settle: resolve };
    this.#current = current;
    const timer = setTimeout(() => {
      current.outcome = timedOut(invocation.requestId, timeoutMs);
      this.#kill();
    }, timeoutMs);
    if (this.#dead) resolve(exited(invocation.requestId, "signal: killed"));
    else this.#give?.(invocation, Date.now() + timeoutMs);
    const outcome = await promise;
    // The time it takes to kill a process is not the function's.
    const durationMs = Math.min(performance.now() - startedAt, timeoutMs);
    clearTimeout(timer);
    // One turn of the event loop, so that what the function printed last is in its log as well.
    await setImmediate();
    this.#current = undefined;
    return { outcome, durationMs };
  }

  /** Ends the process; resolves when it is gone. What it was running fails with Runtime.ExitError. */
  async end(): Promise<void> {
    this.#kill();
    // Whoever asked for it hears why it could not start.
    await this.ready.catch(() => {});
    await this.#process?.exited;
  }

  async #start(requestId: string): Promise<ColdStart> {
    const startedAt = performance.now();
    const cold = (failure?: Failure): ColdStart => ({
      initMs: performance.now() - startedAt,
      ...(failure && { failure }),
    });
    this.#api = await runtimeApi(this.#events());
    if (this.#dead) {
      this.#api.close();
      return cold(exited(requestId, "signal: killed"));
    }
    const { variables, onLine } = this.#settings;
    this.#process = startRuntime({
      ...this.#settings,
      variables: { ...variables, AWS_LAMBDA_RUNTIME_API: this.#api.address },
      onLine: (line) => (this.#current?.onLine ?? onLine)(line),
    });
    void this.#process.exited.then((reason) => this.#exited(reason, requestId));
    const timer = setTimeout(() => {
      this.#initFailure = timedOut(requestId, this.#settings.timeoutMs);
      this.#kill();
    }, INIT_TIMEOUT_MS);
    const failure = await this.#initialised.promise;
    clearTimeout(timer);
    return cold(failure);
  }

  #events(): RuntimeEvents {
    return {
      idle: (give, usedMemoryMb) => {
        this.#give = give;
        this.usedMemoryMb = Math.max(this.usedMemoryMb, usedMemoryMb);
        this.#initialised.resolve(undefined);
        const current = this.#current;
        if (current === undefined) return;
        if (current.outcome === undefined) current.over = true;
        else current.settle(current.outcome);
      },
      current: (requestId) =>
        this.#current?.invocation.requestId === requestId ? this.#current.invocation : undefined,
      ended: (outcome) => {
        // A timeout that came first stands.
        const current = this.#current;
        if (current === undefined) return;
        current.outcome ??= outcome;
        if (current.over) current.settle(current.outcome);
      },
      initFailed: (failure) => {
        this.#initFailure = failure;
      },
    };
  }

  #exited(reason: string, startedFor: string): void {
    this.#dead = true;
    this.#api?.close();
    const current = this.#current;
    this.#initialised.resolve(this.#initFailure ?? exited(startedFor, reason));
    current?.settle(current.outcome ?? exited(current.invocation.requestId, reason));
  }

  #kill(): void {
    this.#dead = true;
    this.#process?.kill();
  }
}
