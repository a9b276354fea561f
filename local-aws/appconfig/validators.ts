import draft04 from "ajv-draft-04";
import { z } from "zod";
import { badRequest, invalidConfiguration, type InvalidConfiguration } from "./errors.ts";

/** What a profile's content must pass; only JSON Schema here, no functions. */
export interface Validator {
  readonly Type: "JSON_SCHEMA";
  readonly Content: string;
}

/** Throws a ServiceError that says which validators cannot be used: AppConfig reads JSON Schema draft 4, no newer one. */
export function checkValidators(validators: readonly Validator[]): void {
  for (const { Content } of validators) compiled(Content);
}

/** Throws a ServiceError with everything that is wrong with a content. */
export function validate(validators: readonly Validator[], content: Buffer): void {
  const problems = validators.flatMap(({ Content }) => problemsOf(Content, content));
  if (problems.length > 0) throw invalidConfiguration(problems);
}

function problemsOf(schema: string, content: Buffer): InvalidConfiguration[] {
  let value: unknown;
  try {
    value = JSON.parse(content.toString());
  } catch {
    return [{ Type: "JSON_SCHEMA", Constraint: "", Location: "", Reason: "The content is no JSON" }];
  }
  const check = compiled(schema);
  check(value);
  return (check.errors ?? []).map(({ keyword, instancePath, message = keyword }) => ({
    Type: "JSON_SCHEMA",
    Constraint: keyword,
    Location: instancePath,
    Reason: message,
  }));
}

function compiled(schema: string) {
  try {
    const rules = z.record(z.string(), z.unknown()).parse(JSON.parse(schema));
    return new draft04.default({ allErrors: true, strict: false, logger: false }).compile(rules);
  } catch (error) {
    throw badRequest(`The JSON Schema is not valid: ${error instanceof Error ? error.message : "no object"}`);
  }
}
