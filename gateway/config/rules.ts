/** Every rule that routes.yaml is checked by. Ids are never reused. */
export const RULES = [
  {
    id: "BYN1001",
    severity: "error",
    summary: "The file can be read: it exists, is UTF-8, and is not huge.",
  },
  { id: "BYN1002", severity: "error", summary: "The file is valid YAML." },
  { id: "BYN1003", severity: "error", summary: "A key is written once." },
  { id: "BYN1004", severity: "error", summary: "Every key is known." },
  { id: "BYN1005", severity: "error", summary: "Every required key is there." },
  { id: "BYN1006", severity: "error", summary: "Every value is of its kind and in its range." },
  {
    id: "BYN1007",
    severity: "error",
    summary: "Every ${VARIABLE} is well-formed and set, or has a default.",
  },
  { id: "BYN1008", severity: "error", summary: "A path is a valid template." },
  { id: "BYN1009", severity: "error", summary: "A route names the function that takes it over." },
  { id: "BYN1010", severity: "error", summary: "`percent` and `stage: canary` come together." },
  {
    id: "BYN1011",
    severity: "error",
    summary: "The legacy URL is an origin: no path, no query, no credentials.",
  },
  { id: "BYN1020", severity: "error", summary: "Some request can reach the route." },
  { id: "BYN1021", severity: "error", summary: "No two routes want the same requests." },
  { id: "BYN1022", severity: "error", summary: "`param:` sources name a param of the route's path." },
  {
    id: "BYN1023",
    severity: "error",
    summary: "Nothing comes after `new-cookie:`, which always gives a key.",
  },
  {
    id: "BYN1030",
    severity: "warning",
    summary: "A canary keeps clients on their side by more than their address.",
  },
  { id: "BYN1031", severity: "warning", summary: "Canaries of a group have one percent." },
  { id: "BYN1032", severity: "warning", summary: "Routes of a group keep clients by the same sources." },
  {
    id: "BYN1033",
    severity: "warning",
    summary: "A canary or cutover of writes says whether they are repeatable.",
  },
  { id: "BYN1034", severity: "warning", summary: "A route does not wait longer than legacy may take." },
  { id: "BYN1035", severity: "warning", summary: "Not every peer is trusted." },
  { id: "BYN1036", severity: "warning", summary: "A function's payload can carry what is set for it." },
  {
    id: "BYN1037",
    severity: "warning",
    summary: "What shows a function's host who the gateway is travels encrypted.",
  },
  { id: "BYN1038", severity: "error", summary: "A request that is signed names the host that checks it." },
  {
    id: "BYN1039",
    severity: "error",
    summary: "A route in shadow that takes writes says what becomes of them.",
  },
  { id: "BYN1040", severity: "error", summary: "Rehearsed writes have an alias that rehearses them." },
  {
    id: "BYN1050",
    severity: "error",
    summary: "A certificate and its key can be read and belong together.",
  },
  { id: "BYN1051", severity: "warning", summary: "A certificate is valid, and will be for two more weeks." },
] as const satisfies readonly { id: string; severity: "error" | "warning"; summary: string }[];

export type RuleId = (typeof RULES)[number]["id"];

const SEVERITIES = new Map<RuleId, "error" | "warning">(RULES.map(({ id, severity }) => [id, severity]));

export function severityOf(rule: RuleId): "error" | "warning" {
  return SEVERITIES.get(rule) ?? "error";
}
