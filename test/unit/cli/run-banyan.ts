import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

export const MAIN = resolve(import.meta.dirname, "../../../gateway/cli/main.ts");

const envelope = z.strictObject({
  schemaVersion: z.literal(1),
  command: z.string(),
  ok: z.boolean(),
  verdict: z.string(),
  exitCode: z.number(),
  data: z.looseObject({}).nullable(),
  problems: z.array(z.looseObject({ message: z.string() })),
});

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a routes.yaml, where `banyan` runs as a process of its own. */
export function workFolder(routesYaml: string, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "banyan-cli-"));
  writeFileSync(join(folder, "routes.yaml"), routesYaml);
  // fetch() refuses port 1 without trying, so no gateway is ever found there.
  const environment = { PATH: process.env["PATH"], ADMIN_PORT: "1", ...env };

  function banyan(...args: string[]): Promise<Ended> {
    return new Promise((done) => {
      const options = { cwd: folder, env: environment, timeout: 25_000 };
      const child = execFile(process.execPath, [MAIN, ...args], options, (_error, stdout, stderr) => {
        done({ exitCode: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }

  return {
    folder,
    environment,
    banyan,
    /** With `--json`: the envelope, which must be all there is on stdout. */
    json: async (...args: string[]) => {
      const { stdout, exitCode } = await banyan(...args, "--json");
      return { envelope: envelope.parse(JSON.parse(stdout)), exitCode };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
