import { z } from "zod";
import { httpUrl } from "./fields.ts";

/** Where the spans of which requests go. */
export const tracingEntry = z
  .strictObject({
    endpoint: httpUrl.optional().meta({
      description:
        "Where a collector takes traces, by OTLP over HTTP; what OTEL_EXPORTER_OTLP_ENDPOINT says when absent, and none without it.",
      examples: ["http://127.0.0.1:4318/v1/traces"],
    }),
    percent: z
      .number()
      .min(0)
      .max(100)
      .prefault(10)
      .meta({
        description:
          "Share of requests without a `traceparent` that are recorded; the others' clients decide.",
        examples: [10],
      }),
  })
  .describe("Where the spans of which requests go.");
