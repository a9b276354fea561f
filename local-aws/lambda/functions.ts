import { existsSync } from "node:fs";
import { join } from "node:path";
import { readDefinition, readDefinitions } from "./definition.ts";
import { notFound } from "./errors.ts";
import { LambdaFunction, type Surroundings } from "./lambda-function.ts";

/** The functions of one folder, deployed. */
export class Functions {
  readonly #folder: string;
  readonly #surroundings: Surroundings;
  readonly #byName = new Map<string, LambdaFunction>();

  /** Throws a DefinitionError when any of them is described wrongly. */
  constructor(folder: string, surroundings: Surroundings) {
    this.#folder = folder;
    this.#surroundings = surroundings;
    for (const definition of readDefinitions(folder)) {
      this.#byName.set(definition.name, new LambdaFunction(definition, surroundings));
    }
  }

  all(): LambdaFunction[] {
    return [...this.#byName.values()];
  }

  /** A function that was added since the start is found in its folder. Throws ResourceNotFoundException. */
  get(name: string): LambdaFunction {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    if (/^[\w-]+$/.test(name) && existsSync(join(this.#folder, name, "function.json"))) {
      this.reload(name);
      return this.get(name);
    }
    const { region, accountId } = this.#surroundings;
    throw notFound(`arn:aws:lambda:${region}:${accountId}:function:${name}`);
  }

  /** Reads one function's folder, new or known: its code, its settings, aliases as its function.json has them. */
  reload(name: string): void {
    const definition = readDefinition(this.#folder, name);
    const known = this.#byName.get(name);
    if (known !== undefined) known.deploy(definition);
    else this.#byName.set(name, new LambdaFunction(definition, this.#surroundings));
  }

  /** Ends every process of every function. */
  async end(): Promise<void> {
    await Promise.all(this.all().map((deployed) => deployed.endProcesses()));
  }
}
