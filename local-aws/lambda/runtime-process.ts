import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Code } from "./definition.ts";

/** The process one execution environment is. */
export interface RuntimeProcess {
  /** Why it ended, as Lambda says it: `exit status 1`, `signal: killed`, or empty for status 0. Never rejects. */
  readonly exited: Promise<string>;
  kill(): void;
}

export interface RuntimeSettings {
  readonly code: Code;
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Called for each line the function prints. */
  readonly onLine: (line: string) => void;
}

const PRELOAD = new URL("rapid-client.ts", import.meta.url).href;
const TYPESCRIPT = fileURLToPath(new URL("typescript-handler.mjs", import.meta.url));

/** Starts AWS's own Node runtime client on one handler. */
export function startRuntime({ code, handler, variables, onLine }: RuntimeSettings): RuntimeProcess {
  const exported = handler.slice(handler.lastIndexOf(".") + 1);
  const args = [
    "--import",
    PRELOAD,
    fileURLToPath(import.meta.resolve("aws-lambda-ric")),
    pathToFileURL(code.file).href,
    handler,
  ];
  const child = spawn(process.execPath, args, {
    cwd: code.folder,
    env: {
      ...variables,
      LAMBDA_TASK_ROOT: code.folder,
      _HANDLER: code.file.endsWith(".ts") ? TYPESCRIPT.replace(/mjs$/, exported) : handler,
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  for (const input of [child.stdout, child.stderr]) {
    if (input !== null) createInterface({ input }).on("line", onLine);
  }
  child.stdio[3]?.on("error", () => {});
  return { exited: endOf(child), kill: () => void child.kill("SIGKILL") };
}

const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: "killed",
  SIGTERM: "terminated",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
};

/** Waits for what was printed last, though not for a grandchild that keeps the pipe open. */
function endOf(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => {
      const reason = signal === null ? `exit status ${code}` : `signal: ${SIGNALS[signal] ?? signal}`;
      const end = () => resolve(code === 0 ? "" : reason);
      child.once("close", end);
      setTimeout(end, 200).unref();
    });
  });
}
