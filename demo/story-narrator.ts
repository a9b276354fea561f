import { execFile } from "node:child_process";
import { styleText } from "node:util";
import { masked } from "./story-masks.ts";
import type { StoryStack } from "./story-stack.ts";
import type { Seen } from "./story-traffic.ts";

interface Step {
  readonly command: string;
  readonly exitCode: number;
}

/** Tells the story on stdout: what is done, by which command, and what came of it. */
export function narrator(stack: StoryStack, main: string) {
  const steps: Step[] = [];
  const total = { requests: 0, errors: 0, surprises: 0 };

  function surprise(text: string): void {
    total.surprises += 1;
    print(painted("red", `this is not how the story goes: ${text}`));
  }

  return {
    say: (text: string) => print(`\n${painted("bold", `# ${text}`)}`),

    /** Runs one command of Banyan's, shows it, and notes when it ends otherwise than the story goes. */
    async banyan(expected: number, ...line: readonly string[]): Promise<void> {
      const command = `banyan ${shown(line)}`;
      print(`\n${painted("cyan", `$ ${command}`)}`);
      const pipe = line.indexOf("|");
      const [args, filter = ""] = pipe === -1 ? [line] : [line.slice(0, pipe), line[pipe + 1]];
      const { exitCode, output } = await run(main, args, stack);
      const lines = masked(output).split("\n");
      print(lines.filter((text) => text.includes(filter.replace(/^grep /, ""))).join("\n"));
      if (expected !== 0) print(painted("dim", `exit code ${exitCode}`));
      if (exitCode !== expected) surprise(`it ended with ${exitCode}, where ${expected} belongs`);
      steps.push({ command, exitCode });
    },

    /** Asks the host of the functions, as somebody would who deploys or breaks something there. */
    async lambda(change: object): Promise<void> {
      const body = JSON.stringify(change);
      print(`\n${painted("cyan", `$ curl $LAMBDA/local/functions/get-order -d '${body}'`)}`);
      const answer = await fetch(`${stack.functionsUrl}/local/functions/get-order`, { method: "POST", body });
      if (!answer.ok) surprise(`the host of the functions answers ${answer.status}`);
    },

    /** Says who answered, and what clients saw. */
    saw(...parts: readonly Seen[]): void {
      const sum = (of: (part: Seen) => number) => parts.reduce((all, part) => all + of(part), 0);
      const [requests, errors] = [sum((part) => part.requests), sum((part) => part.errors)];
      total.requests += requests;
      total.errors += errors;
      const answered = `${sum(({ byLegacy }) => byLegacy)} answered by the monolith, ${sum(({ byFunction }) => byFunction)} by the function`;
      print(`\n${requests} requests: ${answered}; ${errors} errors`);
    },

    seen: () => ({ ...total, steps }),
  };
}

function run(main: string, args: readonly string[], { folder, environment }: StoryStack) {
  return new Promise<{ exitCode: number; output: string }>((done) => {
    const options = { cwd: folder, env: environment };
    const child = execFile(process.execPath, [main, ...args], options, (_error, stdout, stderr) =>
      done({ exitCode: child.exitCode ?? -1, output: `${stdout}${stderr}`.trimEnd() }),
    );
  });
}

/** Arguments as a shell wants them. */
function shown(line: readonly string[]): string {
  return line
    .map((word) => (word.includes(" ") && !word.startsWith("grep ") ? JSON.stringify(word) : word))
    .join(" ");
}

function painted(style: "bold" | "cyan" | "dim" | "red", text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
