import { BoundedLog } from "./bounded-log.ts";
import { Concurrency, enter } from "./concurrency.ts";
import type { FunctionDefinition } from "./definition.ts";
import { EnvironmentPool } from "./environment-pool.ts";
import { environmentVariables } from "./environment-variables.ts";
import { invalidParameter, notFound } from "./errors.ts";
import type { Fault } from "./fault.ts";
import { History } from "./history.ts";
import type { Invocation } from "./runtime-api.ts";
import { runOnce, type Invoked } from "./run-once.ts";

/** What the functions of one service share. */
export interface Surroundings {
  readonly region: string;
  readonly accountId: string;
  /** Given to every function; its own environment wins. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds after which an unused process is ended. */
  readonly idleMs: number;
  /** The account's. */
  readonly concurrency: Concurrency;
  /** Called for each line a function prints. */
  readonly onLine: (functionName: string, line: string) => void;
}

/** What a qualifier stands for. */
export interface Qualified {
  /** As in ExecutedVersion. */
  readonly version: string;
  readonly arn: string;
}

const LATEST = "$LATEST";
const LOG_BYTES = 262_144;

/** One deployed function: its code, its processes, its log, and what it has run. */
export class LambdaFunction {
  readonly log = new BoundedLog(LOG_BYTES);
  readonly history = new History();
  readonly #surroundings: Surroundings;
  readonly #concurrency = new Concurrency(0);
  readonly #retired: EnvironmentPool[] = [];
  #pools = new Map<string, EnvironmentPool>();
  #definition: FunctionDefinition;
  #aliases: Map<string, string>;
  #fault: Fault | undefined;
  #faultsLeft = 0;

  constructor(definition: FunctionDefinition, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#definition = definition;
    this.#aliases = new Map(definition.aliases);
    this.reserveConcurrency(definition.reservedConcurrency);
  }

  get name(): string {
    return this.#definition.name;
  }

  /** Replaces code and settings; what is running finishes on the old ones. */
  deploy(definition: FunctionDefinition): void {
    this.#definition = definition;
    this.#aliases = new Map(definition.aliases);
    this.reserveConcurrency(definition.reservedConcurrency);
    for (const pool of this.#pools.values()) {
      pool.retire();
      this.#retired.push(pool);
    }
    this.#pools = new Map();
  }

  /** Points an alias, new or known, at a version. */
  pointAlias(alias: string, version: string): void {
    if (!this.#definition.versions.has(version)) {
      const known = [...this.#definition.versions.keys()].join(", ");
      throw invalidParameter(`${this.#definition.name} has no version ${version}; it has ${known}`);
    }
    this.#aliases.set(alias, version);
  }

  /** Limits how many run at a time; 0 turns every call away, undefined lifts the limit. */
  reserveConcurrency(limit: number | undefined): void {
    this.#concurrency.limit = limit ?? Number.POSITIVE_INFINITY;
  }

  /** Makes the service fail the next calls. */
  fail(fault: Fault): void {
    this.#fault = fault;
    this.#faultsLeft = fault.times;
  }

  /** The failure the next call must meet, if any. */
  takeFault(): Fault | undefined {
    if (this.#faultsLeft === 0) return undefined;
    this.#faultsLeft -= 1;
    return this.#fault;
  }

  /** The version behind an alias, a version, or nothing; throws ResourceNotFoundException. */
  qualified(qualifier: string | undefined): Qualified {
    const { region, accountId } = this.#surroundings;
    const { name, versions } = this.#definition;
    const suffix = qualifier === undefined ? "" : `:${qualifier}`;
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}${suffix}`;
    if (qualifier === undefined || qualifier === LATEST) return { version: LATEST, arn };
    const version = this.#aliases.get(qualifier) ?? qualifier;
    if (!versions.has(version)) throw notFound(arn);
    return { version, arn };
  }

  /** Runs the function once; throws TooManyRequestsException when too many run already. */
  async invoke(version: string, invocation: Invocation): Promise<Invoked> {
    const leave = this.#enter();
    try {
      const { ran, ...invoked } = await runOnce({
        pool: this.#pool(version),
        version,
        invocation,
        memoryMb: this.#definition.memoryMb,
        note: (line) => this.log.push(line),
        print: (line) => this.#print(line),
      });
      this.history.add(ran);
      return invoked;
    } finally {
      leave();
    }
  }

  /** Ends every process, busy ones too. The next call starts a new one. */
  async endProcesses(): Promise<void> {
    await Promise.all([...this.#retired.splice(0), ...this.#pools.values()].map((pool) => pool.end()));
  }

  describe() {
    const { versions, aliases: _, ...settings } = this.#definition;
    const { limit, running } = this.#concurrency;
    return {
      ...settings,
      versions: [...versions.keys()],
      aliases: Object.fromEntries(this.#aliases),
      reservedConcurrency: Number.isFinite(limit) ? limit : null,
      running,
      processes: [...this.#pools.values()].reduce((sum, pool) => sum + pool.size, 0),
    };
  }

  #enter(): () => void {
    try {
      return enter(this.#concurrency, this.#surroundings.concurrency);
    } catch (error) {
      this.history.addThrottled();
      throw error;
    }
  }

  #print(line: string): void {
    this.log.push(line);
    this.#surroundings.onLine(this.#definition.name, line);
  }

  #pool(version: string): EnvironmentPool {
    const known = this.#pools.get(version);
    if (known !== undefined) return known;
    const { handler, timeoutMs, latest, versions } = this.#definition;
    const { region, environment, idleMs } = this.#surroundings;
    const code = versions.get(version === LATEST ? latest : version)!;
    const variables = environmentVariables(this.#definition, version, region, environment);
    const onLine = (line: string) => this.#print(line);
    const pool = new EnvironmentPool({ code, handler, timeoutMs, variables, onLine }, idleMs);
    this.#pools.set(version, pool);
    return pool;
  }
}
