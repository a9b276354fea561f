import type { Scenario } from "./scenario.ts";
import { clientScenarios } from "./scenarios/clients.ts";
import { clockJumps } from "./scenarios/clock-jumps.ts";
import { descriptors } from "./scenarios/descriptors.ts";
import { flagScenarios } from "./scenarios/flags.ts";
import { functionScenarios } from "./scenarios/functions.ts";
import { hangingEndpoint } from "./scenarios/hanging-endpoint.ts";
import { legacyScenarios } from "./scenarios/legacy.ts";
import { names } from "./scenarios/names.ts";
import { processScenarios } from "./scenarios/processes.ts";
import { restartScenarios } from "./scenarios/restarts.ts";
import { shadowScenarios } from "./scenarios/shadow-load.ts";
import { storeScenarios } from "./scenarios/stores.ts";

/** Every fault, by number. */
export const allScenarios: readonly Scenario[] = [
  ...legacyScenarios,
  ...functionScenarios,
  ...flagScenarios,
  ...storeScenarios,
  ...restartScenarios,
  ...processScenarios,
  clockJumps,
  ...clientScenarios,
  ...shadowScenarios,
  descriptors,
  hangingEndpoint,
  names,
].toSorted((a, b) => Number(a.number.slice(1)) - Number(b.number.slice(1)));
