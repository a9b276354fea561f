import { z } from "zod";
import { secretPlaces } from "../diff/redact-json.ts";

const names = z.array(z.string().min(1).max(200)).prefault([]);

/** What nobody may find in evidence, beside what is taken for a secret anyway. */
export const redactEntry = z
  .strictObject({
    names: names.meta({
      description: "Names of fields, parameters and members whose values are secrets.",
      examples: [["x-tenant", "birthday"]],
    }),
    harmlessNames: names.meta({
      description: "Names that look like those of secrets and are none.",
      examples: [["pin"]],
    }),
    places: z
      .array(z.string().min(1).max(500))
      .prefault([])
      .meta({
        description: "Places as `banyan diffs` writes them, and query/NAME and path/N.",
        examples: [["body/customer/taxNumber"]],
      }),
  })
  .superRefine(({ places }, ctx) => {
    for (const [n, place] of places.entries()) {
      try {
        secretPlaces([place]);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const params = { hint: "write a place as `banyan diffs` does" };
        ctx.addIssue({ code: "custom", path: ["places", n], message, params });
      }
    }
  })
  .describe("What is a secret, beside what is known to be one: replaced before anything is kept.");
