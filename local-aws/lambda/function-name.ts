import { invalidParameter } from "./errors.ts";

/** Which function a caller means, and which version or alias of it, if any was named. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier?: string;
}

/** Name, name:qualifier, partial or full ARN: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters */
const REFERENCE =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;

/** Reads the path's name and the query's qualifier; throws InvalidParameterValueException when they make no sense. */
export function parseReference(inPath: string, inQuery: string | null): FunctionReference {
  const [, name, inName] = REFERENCE.exec(decode(inPath)) ?? [];
  if (name === undefined) {
    throw invalidParameter("The function name is neither a name, a name with a qualifier, nor an ARN.");
  }
  if (inName !== undefined && inQuery !== null && inName !== inQuery) {
    throw invalidParameter(
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  const qualifier = inName ?? inQuery;
  return qualifier === null ? { name } : { name, qualifier };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
