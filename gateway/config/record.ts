/** True for anything with members: parsed data is looked into by this and nothing else. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
