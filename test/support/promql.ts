import { parser } from "@prometheus-io/lezer-promql";

/** What a PromQL expression asks for. */
export interface Asked {
  /** Names of metrics, and of the labels that are matched on each. */
  readonly selectors: readonly { readonly metric: string; readonly labels: readonly string[] }[];
  /** Labels that are grouped by. */
  readonly grouped: readonly string[];
}

/** Parses an expression by Prometheus's own grammar; throws where it is none. */
export function readPromql(expression: string): Asked {
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  let within = "";
  parser.parse(expression).iterate({
    enter({ name, from, to, type }) {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expression}`);
      if (name === "VectorSelector") selectors.push({ metric: "", labels: [] });
      if (name === "GroupingLabels" || name === "VectorSelector") within = name;
      if (name === "Identifier" && within === "VectorSelector") selectors.at(-1)!.metric = text;
      if (name === "LabelName") (within === "GroupingLabels" ? grouped : selectors.at(-1)!.labels).push(text);
    },
  });
  return { selectors, grouped };
}
