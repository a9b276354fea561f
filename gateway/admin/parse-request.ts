import type { z } from "zod";
import { Refusal } from "./refusal.ts";

/** What a schema makes of an input, or a Refusal with everything that is wrong with it. */
export function parseRequest<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  throw new Refusal("bad-request", problems.join("; "));
}
