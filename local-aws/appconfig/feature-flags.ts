import { z } from "zod";
import { badRequest } from "./errors.ts";

/** Of flags and of attributes; the rules are those of https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-type-reference-feature-flags.html. */
const key = z.string().regex(/^[a-z][a-zA-Z\d_-]{0,63}$/);
const text = z.string().max(1024);
const attribute = z.union([text, z.number(), z.boolean(), z.array(text), z.array(z.number())]);
const timestamps = { _createdAt: z.string().optional(), _updatedAt: z.string().optional() };

const definition = z.strictObject({
  ...timestamps,
  name: z.string().min(1).max(64),
  description: text.optional(),
  _deprecation: z.unknown().optional(),
  attributes: z.record(key, z.looseObject({ constraints: z.looseObject({}).optional() })).default({}),
});
/** Variants are left out: AppConfig serves those in Amazon Ion, for its agent to choose from. */
const value = z.object({ ...timestamps, enabled: z.boolean().default(false) }).catchall(attribute);

/** Feature flags as people and consoles write them. */
const authored = z.strictObject({
  version: z.literal("1"),
  flags: z.record(key, definition).default({}),
  values: z.record(key, value).default({}),
});

/** What is served of them: each flag with its attributes, which only enabled ones have. Throws a ServiceError for what is none. */
export function flattened(content: Buffer): Buffer {
  const { flags, values } = read(content);
  const served: Record<string, unknown> = {};
  for (const [name, { attributes }] of Object.entries(flags)) {
    const { enabled = false, _createdAt, _updatedAt, ...given } = values[name] ?? {};
    const unknown = Object.keys(given).filter((one) => !Object.hasOwn(attributes, one));
    if (unknown.length > 0) throw badRequest(`The flag ${name} has no attribute ${unknown.join(", ")}`);
    served[name] = enabled ? { enabled, ...given } : { enabled };
  }
  const undefinedOnes = Object.keys(values).filter((name) => !Object.hasOwn(flags, name));
  if (undefinedOnes.length > 0) throw badRequest(`There is no flag ${undefinedOnes.join(", ")}`);
  return Buffer.from(JSON.stringify(served));
}

function read(content: Buffer): z.output<typeof authored> {
  let json: unknown;
  try {
    json = JSON.parse(content.toString());
  } catch {
    throw badRequest("The content is no JSON");
  }
  const result = authored.safeParse(json);
  if (result.success) return result.data;
  throw badRequest(z.prettifyError(result.error));
}
