/** The parts of a configuration that are no routes, a line for each: flags and their source, the evidence store, limits. */
export function settingsIn(config: unknown): (readonly [name: string, value: string])[] {
  if (typeof config !== "object" || config === null) return [];
  return Object.entries(config).flatMap(([section, value]) =>
    section === "routes" ? [] : flat(section, value),
  );
}

function flat(name: string, value: unknown): (readonly [string, string])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [[name, typeof value === "string" ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, below]) => flat(`${name}.${key}`, below));
}
