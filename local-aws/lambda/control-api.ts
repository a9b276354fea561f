import { z } from "zod";
import { readBody, sendJson, type Handler, type Service } from "../service.ts";
import { ServiceError } from "../service-error.ts";
import { DefinitionError } from "./definition.ts";
import { faultSchema } from "./fault.ts";
import type { Functions } from "./functions.ts";
import type { Invocations } from "./history.ts";

const changeSchema = z.strictObject({
  /** Alias → version. */
  alias: z.record(z.string(), z.string()).optional(),
  /** How many may run at a time; 0 turns every call away, null lifts the limit. */
  reservedConcurrency: z.int().min(0).nullable().optional(),
  /** Ends every process of the function, busy ones too. */
  killProcesses: z.boolean().optional(),
  /** Reads the function's folder again. */
  reload: z.boolean().optional(),
  fail: faultSchema.optional(),
});

/** What may be done to a function while it runs. */
export type Change = z.input<typeof changeSchema>;

/** What a function has run, by its name. */
export type InvocationsByFunction = Readonly<Record<string, Invocations>>;

const MAX_CHANGE_BYTES = 65_536;
const PATH = /^\/local\/(functions|invocations|logs)(?:\/([\w-]+))?$/;

/** Does one change; throws a ServiceError that says what is wrong with it. */
export async function change(functions: Functions, name: string, wanted: unknown): Promise<void> {
  const parsed = changeSchema.safeParse(wanted);
  if (!parsed.success) throw badChange(z.prettifyError(parsed.error));
  const { alias = {}, reservedConcurrency, killProcesses, reload, fail } = parsed.data;
  if (reload) reloadOrExplain(functions, name);
  const deployed = functions.get(name);
  for (const [from, to] of Object.entries(alias)) deployed.pointAlias(from, to);
  if (reservedConcurrency !== undefined) deployed.reserveConcurrency(reservedConcurrency ?? undefined);
  if (fail) deployed.fail(fail);
  if (killProcesses) await deployed.endProcesses();
}

/** What one function has run, or what each has. */
export function invocations(functions: Functions, name?: string): InvocationsByFunction {
  const asked = name === undefined ? functions.all() : [functions.get(name)];
  return Object.fromEntries(asked.map((deployed) => [deployed.name, deployed.history.list()]));
}

/** The laptop's own control plane, for tests and demos. */
export function controlApi(functions: Functions): Service {
  return (method, url): Handler | undefined => {
    const [matched, what, name] = PATH.exec(url.pathname) ?? [];
    if (matched === undefined) return undefined;
    const list = () => functions.all().map((deployed) => deployed.describe());
    if (method === "GET" && what === "functions") return (_, res) => sendJson(res, 200, list());
    if (method === "GET" && what === "invocations") {
      const asked = url.searchParams.get("function") ?? undefined;
      return (_, res) => sendJson(res, 200, invocations(functions, asked));
    }
    if (name === undefined) return undefined;
    if (method === "GET" && what === "logs") {
      return (_, res) =>
        void res.setHeader("content-type", "text/plain; charset=utf-8").end(functions.get(name).log.tail());
    }
    if (method !== "POST" || what !== "functions") return undefined;
    return async (req, res) => {
      await change(functions, name, parse(await readBody(req, MAX_CHANGE_BYTES)));
      sendJson(res, 200, functions.get(name).describe());
    };
  };
}

function parse(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString() ?? "");
  } catch {
    throw badChange('send JSON, as in {"alias": {"live": "1"}}');
  }
}

function reloadOrExplain(functions: Functions, name: string): void {
  try {
    functions.reload(name);
  } catch (error) {
    if (error instanceof DefinitionError) throw badChange(error.message);
    throw error;
  }
}

function badChange(message: string): ServiceError {
  return new ServiceError(400, "BadChange", { Message: message });
}
