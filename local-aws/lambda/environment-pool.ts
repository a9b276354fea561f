import { Environment, type EnvironmentSettings } from "./environment.ts";

/** The execution environments of one version: the one used last is used next, as Lambda does. */
export class EnvironmentPool {
  readonly #settings: EnvironmentSettings;
  readonly #idleMs: number;
  readonly #all = new Set<Environment>();
  readonly #idle: { environment: Environment; timer: NodeJS.Timeout }[] = [];
  #retired = false;

  constructor(settings: EnvironmentSettings, idleMs: number) {
    this.#settings = settings;
    this.#idleMs = idleMs;
  }

  /** How many processes there are, busy or idle. */
  get size(): number {
    return this.#all.size;
  }

  /** A warm environment, or else a new one; `cold` says which. */
  acquire(requestId: string): { environment: Environment; cold: boolean } {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      clearTimeout(last.timer);
      if (last.environment.alive) return { environment: last.environment, cold: false };
      this.#all.delete(last.environment);
    }
    const environment = new Environment(this.#settings, requestId);
    this.#all.add(environment);
    return { environment, cold: true };
  }

  release(environment: Environment): void {
    if (!environment.alive || this.#retired) return void this.#end(environment);
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((entry) => entry.environment === environment),
        1,
      );
      void this.#end(environment);
    }, this.#idleMs);
    timer.unref();
    this.#idle.push({ environment, timer });
  }

  /** Lets what is running finish, and starts nothing in these environments again. */
  retire(): void {
    this.#retired = true;
    void this.#endIdle();
  }

  /** Ends every environment, busy ones too; resolves when all processes are gone. */
  async end(): Promise<void> {
    await Promise.all([this.#endIdle(), ...[...this.#all].map((environment) => this.#end(environment))]);
  }

  async #endIdle(): Promise<void> {
    const idle = this.#idle.splice(0);
    for (const { timer } of idle) clearTimeout(timer);
    await Promise.all(idle.map(({ environment }) => this.#end(environment)));
  }

  async #end(environment: Environment): Promise<void> {
    await environment.end();
    this.#all.delete(environment);
  }
}
