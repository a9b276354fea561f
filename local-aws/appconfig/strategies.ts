import { Directory, newId, type Named } from "./directory.ts";

/** How fast a deployment goes. */
export interface Strategy extends Named {
  readonly description: string;
  readonly durationMinutes: number;
  readonly growthType: "LINEAR" | "EXPONENTIAL";
  readonly growthFactor: number;
  readonly bakeMinutes: number;
}

/** Those that everybody has, from https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-deployment-strategy-predefined.html. */
const PREDEFINED: readonly Strategy[] = [
  predefined("AppConfig.AllAtOnce", "Quick", 0, "LINEAR", 100, 10),
  predefined("AppConfig.Linear50PercentEvery30Seconds", "Test/Demo", 1, "LINEAR", 50, 1),
  predefined("AppConfig.Canary10Percent20Minutes", "AWS Recommended", 20, "EXPONENTIAL", 10, 10),
  predefined("AppConfig.Linear20PercentEvery6Minutes", "AWS Recommended", 30, "LINEAR", 20, 30),
];

function predefined(
  name: string,
  description: string,
  durationMinutes: number,
  growthType: Strategy["growthType"],
  growthFactor: number,
  bakeMinutes: number,
): Strategy {
  return { id: name, name, description, durationMinutes, growthType, growthFactor, bakeMinutes };
}

/** The strategies of an account: the predefined ones, and those that were made. */
export class Strategies extends Directory<Strategy> {
  constructor() {
    super();
    for (const strategy of PREDEFINED) this.add(strategy);
  }

  create(wanted: Omit<Strategy, "id">): Strategy {
    return this.add({ ...wanted, id: newId() });
  }
}
