import { randomUUID } from "node:crypto";
import { access, constants, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { AuditError } from "../audit/audit-log.ts";
import { verifyAudit } from "../audit/verify.ts";
import type { Settings } from "../config/env.ts";
import { note, ok, wrong, type Finding } from "./finding.ts";

/** A socket a client and one an upstream, and some to spare. */
const FEW_FILES = 4096;

/** Can everything that the gateway keeps be written? */
export async function dataFolderCheck({ dataFolder }: Settings): Promise<Finding> {
  const probe = join(dataFolder, `doctor-${randomUUID()}`);
  try {
    await mkdir(dataFolder, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
    return ok("data folder", `${dataFolder} can be written`);
  } catch (error) {
    const next = "give its user write access, or name another folder in BANYAN_DATA";
    return wrong("data folder", `${dataFolder} cannot be written (${reasonOf(error)})`, next);
  }
}

/** Is the log of who changed what as it was written? */
export async function auditCheck({ dataFolder }: Settings): Promise<Finding> {
  const file = join(dataFolder, "audit.ndjson");
  try {
    await access(file, constants.F_OK);
  } catch {
    return ok("audit log", "nothing was changed yet");
  }
  try {
    const { broken, records } = await verifyAudit(file, {});
    if (broken === null) return ok("audit log", `the chain of ${records} records holds`);
    return wrong("audit log", `${file}:${broken.line}: ${broken.what}`, "banyan audit verify");
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return wrong("audit log", error.message, "give its user read access");
  }
}

/** How many files and sockets a process may have. */
export function openFilesCheck(): Finding {
  const { userLimits } = process.report.getReport() as { userLimits?: LimitReport };
  const soft = userLimits?.open_files?.soft;
  if (soft === undefined) return ok("open files", "this system does not say how many a process may have");
  const number = soft === "unlimited" ? Infinity : Number(soft);
  if (number >= FEW_FILES) return ok("open files", `${soft} at a time`);
  const next = `raise it: ulimit -n 65536, LimitNOFILE= of systemd, nofile of the container`;
  return note("open files", `${soft} at a time, and each client takes two`, next);
}

interface LimitReport {
  readonly open_files?: { readonly soft: number | string };
}

/** Whether a gateway may listen there. */
export async function portCheck(
  name: string,
  variable: string,
  host: string,
  port: number,
): Promise<Finding> {
  if (port === 0) return ok(name, "any free port");
  const { promise, resolve } = Promise.withResolvers<Error | null>();
  const server = createServer().once("error", resolve);
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  const problem = await promise;
  if (problem === null) return ok(name, `${host}:${port} is free`);
  const why = "code" in problem && problem.code === "EADDRINUSE" ? "is in use" : `(${reasonOf(problem)})`;
  return wrong(name, `${host}:${port} ${why}`, `end what listens there, or set ${variable} to another`);
}

/** The system's word for what went wrong. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
