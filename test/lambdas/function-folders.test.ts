import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { installAwslambda } from "../support/awslambda-global.ts";

const FunctionJson = z.strictObject({
  handler: z.string().regex(/^[\w-]+\.\w+$/),
  memoryMb: z.int().min(128).max(10_240),
  timeoutS: z.int().min(1).max(900),
  streaming: z.boolean().optional(),
  versions: z.record(z.string(), z.string()).default({ "1": "." }),
  aliases: z.record(z.string(), z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
});

const ROOT = join(import.meta.dirname, "../../lambdas");
const names = readdirSync(ROOT).filter((name) => existsSync(join(ROOT, name, "function.json")));
installAwslambda();

describe("the functions' folders", () => {
  it("hold at least eight functions", () => {
    expect(names.length).toBeGreaterThanOrEqual(8);
  });

  it.each(names)("%s has a handler in every version, and aliases that lead to versions", async (name) => {
    const text = readFileSync(join(ROOT, name, "function.json"), "utf8");
    const { handler, versions, aliases = {} } = FunctionJson.parse(JSON.parse(text));
    const [file = "", exported = ""] = handler.split(".");
    for (const folder of Object.values(versions)) {
      const module = z.record(z.string(), z.unknown()).parse({
        ...(await import(join(ROOT, name, folder, `${file}.ts`))),
      });
      expect(module[exported]).toBeTypeOf("function");
    }
    for (const version of Object.values(aliases)) expect(versions).toHaveProperty(version);
  });

  it("know nothing of the monolith's or the gateway's code", () => {
    const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    expect(sources.length).toBeGreaterThan(names.length);
    const strangers = sources.filter((file) =>
      /from "[^"]*(legacy-mock|gateway|local-aws)\//.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(strangers).toEqual([]);
  });
});
