import { canonicalForm, escaped, type CanonicalForm } from "../sigv4.ts";
import type { Call } from "./invoker.ts";

/** What all calls of one function have in common, on the wire and in their signatures. */
export interface Door {
  readonly target: { readonly raw: string };
  readonly headers: readonly string[];
  readonly form: CanonicalForm;
}

/** Parts of the paths of https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html. */
export const INVOKE = { since: "2015-03-31", what: "invocations" } as const;
export const INVOKE_STREAMED = { since: "2021-11-15", what: "response-streaming-invocations" } as const;
export type Operation = typeof INVOKE | typeof INVOKE_STREAMED;

/** Makes doors once for each function: escaping and ordering what is the same each time took half of a signature's time. */
export function doorsTo(host: string, basePath: string): (call: Call, operation: Operation) => Door {
  /** As many as there are functions in use, and were. */
  const doors = new Map<string, Door>();
  return (call, operation) => {
    const { functionName, qualifier, logTail = false } = call;
    const key = `${operation.what} ${logTail} ${qualifier} ${functionName}`;
    let door = doors.get(key);
    if (door === undefined) doors.set(key, (door = doorTo(host, basePath, call, operation)));
    return door;
  };
}

function doorTo(
  host: string,
  basePath: string,
  { functionName, qualifier, logTail = false }: Call,
  { since, what }: Operation,
): Door {
  const path = `${basePath}/${since}/functions/${escaped(functionName)}/${what}`;
  const headers: [string, string][] = [
    ["content-type", "application/octet-stream"],
    ["host", host],
  ];
  if (logTail) headers.push(["x-amz-log-type", "Tail"]);
  return {
    target: { raw: `${path}?Qualifier=${escaped(qualifier)}` },
    headers: [...headers.flat(), "user-agent", "banyan"],
    form: canonicalForm({ method: "POST", path, query: [["Qualifier", qualifier]], headers }),
  };
}
