/** What a `/metrics` answer says of one metric. */
export interface ExposedMetric {
  readonly type: string;
  /** Names of the labels of all its series, `le` included. */
  readonly labels: ReadonlySet<string>;
  readonly samples: readonly ExposedSample[];
}

export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format of Prometheus; throws at a line that is none. Metrics by name, without `_bucket` and the like. */
export function readExposition(text: string): ReadonlyMap<string, ExposedMetric> {
  const metrics = new Map<string, { type: string; labels: Set<string>; samples: ExposedSample[] }>();
  let current = { type: "", labels: new Set<string>(), samples: [] as ExposedSample[] };
  for (const line of text.split("\n")) {
    const typed = /^# TYPE (\S+) (\w+)$/.exec(line);
    if (typed !== null) {
      current = { type: typed[2]!, labels: new Set(), samples: [] };
      metrics.set(typed[1]!, current);
    }
    if (line === "" || line.startsWith("#")) continue;
    const [, name, written = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`this is no sample: ${line}`);
    const pairs = [...written.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key!, text!]);
    for (const [key] of pairs) current.labels.add(key!);
    const labels = Object.fromEntries(pairs) as Record<string, string>;
    current.samples.push({ name, labels, value: value === "+Inf" ? Infinity : Number(value) });
  }
  return metrics;
}

/** The value of a sample with these labels among others; null when there is none. */
export function valueOf(
  metrics: ReadonlyMap<string, ExposedMetric>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const family = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ""));
  const found = family?.samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return found?.value ?? null;
}
