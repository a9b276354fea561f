import { z } from "zod";
import { flagDocument } from "./document-schema.ts";

/** Schemas that cannot know what the keys of an object are called get this from its regular expression. */
const ROUTE_ID = "^[A-Za-z]";

/**
 * The schema that AppConfig's JSON_SCHEMA validator, and editors, check a flag document by; `flags.schema.json` is its
 * committed output. Draft 4 is the newest that AppConfig reads:
 * https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-configuration-and-profile-validators.html
 *
 * It takes every document that gateways take, and some more, which they reject: percentages between two steps of 0.001,
 * ranges that are none, and what is larger than 256 KiB.
 */
export function flagDocumentSchema(): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(flagDocument, {
    target: "draft-4",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      // The pattern says it all; as a format it means something else to each validator.
      delete jsonSchema.format;
      // A validator that computes in doubles would refuse 12.345, which is 12345.000000000002 steps.
      delete jsonSchema.multipleOf;
      if (zodSchema._zod.def.type === "record") {
        jsonSchema.patternProperties = { [ROUTE_ID]: jsonSchema.additionalProperties ?? {} };
        jsonSchema.additionalProperties = false;
      }
    },
  });
  return { title: "Flags of Banyan", ...schema };
}
