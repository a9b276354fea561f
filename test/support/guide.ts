import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * A page of documentation that can be run. Its fenced blocks mean, by what stands behind the three backticks:
 * - `sh`: commands, run in order in one folder; what `&` starts there is ended with the guide.
 * - `text`, right behind: what the commands before it print. `…` stands for anything.
 * - `LANGUAGE FILE`: a file of the folder, written when it is its turn.
 * - `sh elsewhere`: commands that need more than this machine; only their grammar is checked.
 */
export type Step =
  | { readonly kind: "run"; readonly line: number; readonly command: string; readonly shown: string | null }
  | { readonly kind: "check"; readonly line: number; readonly command: string }
  | { readonly kind: "write"; readonly line: number; readonly file: string; readonly text: string };

export interface Ran {
  readonly line: number;
  readonly command: string;
  readonly printed: string;
  /** What should have been printed. */
  readonly shown: RegExp;
}

const ROOT = join(import.meta.dirname, "../..");
const BANYAN = join(ROOT, "gateway/cli/main.ts");

/** Ports as pages name them: of clients, operators, the monolith, the functions. */
const PORTS = ["8080", "9901", "3000", "9900"] as const;

/** Free ones instead, in the same order, and a text that names them. */
export async function guidePorts() {
  const ports = await freePorts(PORTS.length);
  return {
    ports,
    onFreePorts: (text: string) =>
      PORTS.reduce((changed, port, i) => changed.replaceAll(port, String(ports[i])), text),
  };
}

export function guideIn(page: string): Step[] {
  const steps: Step[] = [];
  for (const found of page.matchAll(/^```(\w+)(?: ([^\n]+))?\n([\s\S]*?)^```$/gm)) {
    const [, language, more, text = ""] = found;
    const line = page.slice(0, found.index).split("\n").length;
    const last = steps.at(-1);
    if (language === "text" && last?.kind === "run") steps[steps.length - 1] = { ...last, shown: text };
    else if (more === "elsewhere") steps.push({ kind: "check", line, command: text });
    else if (language === "sh") steps.push({ kind: "run", line, command: text, shown: null });
    else if (more !== undefined) steps.push({ kind: "write", line, file: more, text });
  }
  return steps;
}

/**
 * Runs a guide from its beginning, in a new folder inside of what looks like a checkout. Resolves to what was printed by the
 * steps that say what they print; rejects at the first command that fails.
 */
export async function runGuide(steps: readonly Step[]): Promise<Ran[]> {
  const checkout = mkdtempSync(join(tmpdir(), "guide-"));
  const folder = join(checkout, "my-migration");
  mkdirSync(folder);
  for (const part of ["local-aws", "legacy-mock", "lambdas", "gateway", "node_modules"]) {
    symlinkSync(join(ROOT, part), join(checkout, part));
  }
  // As the package says of itself, but for what is compiled.
  const itself = { name: "banyan", type: "module", exports: { ".": "./gateway/embed.ts" } };
  writeFileSync(join(checkout, "package.json"), JSON.stringify(itself));
  const { ports, onFreePorts } = await guidePorts();
  const shell = guideShell(folder, { PORT: String(ports[0]), ADMIN_PORT: String(ports[1]) });
  const ran: Ran[] = [];
  try {
    for (const step of steps) {
      if (step.kind === "check") checkGrammar(step);
      else if (step.kind === "write") {
        const path = join(folder, step.file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, onFreePorts(step.text));
      } else {
        const printed = await shell.run(onFreePorts(step.command), step.line);
        if (step.shown !== null)
          ran.push({ ...step, printed: narrow(printed), shown: patternOf(onFreePorts(step.shown)) });
      }
    }
    return ran;
  } finally {
    await shell.end();
    rmSync(checkout, { recursive: true, force: true });
  }
}

function checkGrammar({ command, line }: { command: string; line: number }): void {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: command, encoding: "utf8" });
  if (status !== 0) throw new Error(`line ${line}: ${stderr}`);
}

/** Columns are as wide as what is in them. */
function narrow(text: string): string {
  return `${text.replaceAll(/ +/g, " ").replaceAll(/^ | $/gm, "").trimEnd()}\n`;
}

function patternOf(shown: string): RegExp {
  const patterns = narrow(shown)
    .split("\n")
    .slice(0, -1)
    .map((line) =>
      line === "…"
        ? "[\\s\\S]*"
        : `${line
            .split("…")
            .map((part) => RegExp.escape(part))
            .join(".*")}\\n`,
    );
  return new RegExp(`^${patterns.join("")}$`);
}

/**
 * One bash for a whole guide, so that what one block exports the next one has. `run` resolves to what was printed, and rejects
 * when a command fails: then the shell is gone. `end` ends what it left running in the background, too.
 */
export function guideShell(folder: string, env: Readonly<Record<string, string>>) {
  const END = "-- end of block --";
  const bash = spawn("bash", { cwd: folder, env: { ...process.env, NO_COLOR: "1", ...env }, detached: true });
  const exited = new Promise<void>((resolve) => bash.once("exit", () => resolve()));
  // `banyan` is the checkout's own, with or without npx.
  bash.stdin.write(
    `set -e\nbanyan() { "${process.execPath}" "${BANYAN}" "$@"; }\nnpx() { shift; banyan "$@"; }\n`,
  );
  // A reader's machine has nothing else to do; on this one, things may take longer.
  if (loadavg()[0]! > availableParallelism()) bash.stdin.write('sleep() { command sleep "$1" "$1" "$1"; }\n');
  // Told by its exit.
  bash.stdin.on("error", () => undefined);
  let printed = "";
  let noise = "";
  bash.stderr.on("data", (chunk: Buffer) => (noise += chunk.toString()));
  return {
    run(command: string, line: number): Promise<string> {
      printed = "";
      noise = "";
      bash.stdin.write(`${command}\necho "${END}"\n`);
      return new Promise((resolve, reject) => {
        const onExit = () => reject(new Error(`line ${line} failed: ${command}${printed}${noise}`));
        const onData = (chunk: Buffer) => {
          printed += chunk.toString();
          if (!printed.includes(END)) return;
          bash.stdout.off("data", onData);
          bash.off("exit", onExit);
          resolve(printed.slice(0, printed.indexOf(END)));
        };
        bash.stdout.on("data", onData);
        bash.once("exit", onExit);
      });
    },
    async end() {
      // Its whole group: what it left running in the background, too.
      try {
        process.kill(-bash.pid!, "SIGTERM");
      } catch {
        // Nothing of it is left.
      }
      bash.stdin.end("exit\n");
      await exited;
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
