import { parseArgs } from "node:util";
import { CONTENDERS, type Contender } from "./contenders.ts";
import { SHAPES, shapeNamed, type Shape } from "./shapes.ts";

export interface Options {
  readonly contenders: readonly Contender[];
  readonly shapes: readonly Shape[];
  readonly rounds: number;
  readonly roundMs: number;
  /** CPU time that each contender has used, with each shape, before anything counts. */
  readonly warmUpMs: number;
  readonly json: boolean;
  /** Requests a second of the open rounds; null for half of what the first contender can do. */
  readonly rate: number | null;
}

const USAGE = `npm run bench -- [options]
  --quick             under a minute; says less
  --only a,b          of: ${CONTENDERS.map(({ name }) => name).join(", ")}
  --shape a,b         of: ${SHAPES.map(({ name }) => name).join(", ")}
  --rounds N          rounds of each (5)
  --seconds N         of each round (2)
  --rate N            requests a second when latency is measured (half of what the first can do)
  --json              everything measured, for programs`;

/** What the command line asks for; ends the process when it cannot be told. */
export function optionsIn(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        shape: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        rate: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const chosen = values.only?.split(",").map(contenderNamed) ?? CONTENDERS;
    return {
      contenders: chosen.filter(({ available }) => available),
      shapes: values.shape?.split(",").map(shapeNamed) ?? SHAPES,
      rounds: Number(values.rounds ?? (values.quick ? 3 : 5)),
      roundMs: 1_000 * Number(values.seconds ?? (values.quick ? 0.4 : 2)),
      warmUpMs: values.quick ? 500 : 4_000,
      json: values.json,
      rate: values.rate === undefined ? null : Number(values.rate),
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

function contenderNamed(name: string): Contender {
  const found = CONTENDERS.find((contender) => contender.name === name);
  if (found === undefined) throw new Error(`no contender ${name}`);
  return found;
}
