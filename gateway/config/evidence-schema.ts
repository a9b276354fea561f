import { z } from "zod";

const days = (preset: number) => z.number().gt(0).max(3650).prefault(preset);

/** Where evidence is kept, and how long. */
export const evidenceEntry = z
  .strictObject({
    store: z
      .enum(["sqlite", "postgres", "memory"])
      .prefault("sqlite")
      .describe(
        "sqlite: a file of this gateway; postgres: shared by a fleet; memory: until the next restart.",
      ),
    file: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "SQLite's file; evidence.db in the data folder when absent.",
        examples: ["evidence.db"],
      }),
    url: z
      .string()
      .regex(/^postgres(ql)?:\/\//, { error: "this is no postgres:// URL" })
      .optional()
      .meta({ description: "Where PostgreSQL is.", examples: ["${DATABASE_URL}"] }),
    environment: z
      .string()
      .max(64)
      .prefault("")
      .meta({
        description: "Name of this environment: what is seen in one proves nothing of another.",
        examples: ["prod"],
      }),
    legacyBuildHeader: z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: "this is no field name" })
      .transform((name) => name.toLowerCase())
      .optional()
      .meta({
        description:
          "Field of legacy's answers that names its build: what was seen of one proves nothing of another. Unknown when absent.",
        examples: ["x-build"],
      }),
    keepCountsDays: days(90).meta({ description: "Days that counts are kept.", examples: [90] }),
    keepSamplesDays: days(14).meta({ description: "Days that samples are kept.", examples: [14] }),
    samplesMaxBytes: z
      .int()
      .min(1024 * 1024)
      .prefault(256 * 1024 * 1024)
      .meta({
        description: "Bytes that samples may take up; the oldest go first.",
        examples: [268_435_456],
      }),
  })
  .superRefine(({ store, url }, ctx) => {
    if (store !== "postgres" || url !== undefined) return;
    const params = { hint: "add for example `url: ${DATABASE_URL}`" };
    ctx.addIssue({ code: "custom", path: ["store"], message: "postgres needs its `url`", params });
  })
  .describe("Where evidence is kept, and how long.");

export type EvidenceEntry = z.output<typeof evidenceEntry>;
