import type { Command } from "commander";
import type { Explanation } from "../admin/contract.ts";
import { rungText } from "../admin/rung-text.ts";
import type { Answer } from "./answer.ts";
import { repeated, subcommand, withAdmin } from "./command-options.ts";
import { list, type Cell, type Screen } from "./screen.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan explain GET /api/orders/1001
  banyan explain GET "https://shop.example.com/api/orders/1001?x=y" -H "x-user-id: alice"
`;

interface ExplainOptions extends CommonOptions {
  readonly header?: readonly string[];
}

/** `banyan explain`: who would answer a request and why. Nothing is sent. */
export function addExplain(program: Command, shell: Shell): void {
  withAdmin(
    subcommand(program, "explain", "say who would answer a request, and why; nothing is sent", EXAMPLES),
  )
    .argument("<method>", "such as GET")
    .argument("<url>", "a path with its query, or a whole URL")
    .option("-H, --header <field>", 'a header field, "Name: value"; may be repeated', repeated)
    .action((method: string, url: string, options: ExplainOptions) =>
      shell.perform("explain", options, () => explain(method, url, options, shell)),
    );
}

async function explain(method: string, url: string, options: ExplainOptions, shell: Shell): Promise<Answer> {
  const [{ reach }, { parseRequest }, { explainRequest }, { headerPair }] = await Promise.all([
    import("./reach.ts"),
    import("../admin/parse-request.ts"),
    import("../admin/contract.ts"),
    import("../admin/header-pair.ts"),
  ]);
  const headers = (options.header ?? []).map(headerPair);
  const request = parseRequest(explainRequest, { method, url, headers });
  const operator = await reach(options, shell);
  const data = await operator.explain(request);
  return { data, text: explanationText(data, shell.screen) };
}

/** An explanation for people. */
export function explanationText(explanation: Explanation, screen: Screen): string {
  const { request, route, key, side, why, breaker, shadow, alsoMatched, nearMisses } = explanation;
  const items: [string, Cell][] = [["request", `${request.method} ${request.target} (host ${request.host})`]];
  if (route !== null) {
    items.push(["route", `${route.id}  ${route.match}  (line ${route.line})`]);
    const params = Object.entries(route.params).map(([name, value]) => `${name} = ${value}`);
    if (params.length > 0) items.push(["params", params.join(", ")]);
    items.push(["stage", `${rungText(explanation)} (${stageFrom(explanation)})`]);
  }
  if (key !== null) items.push(["key", keyText(key, explanation.bucket)]);
  const answeredBy = key?.drawn === true ? "either side, by chance" : side;
  items.push(["answered by", { text: answeredBy, style: "bold" }], ["because", why]);
  if (breaker !== null && breaker !== "closed") {
    items.push(["breaker", { text: `of the function: ${breaker}`, style: "red" }]);
  }
  if (shadow !== null) items.push(["copy to", shadow]);
  for (const other of alsoMatched)
    items.push(["also matched", `${other.id}  ${other.match}  (line ${other.line})`]);
  for (const miss of nearMisses) items.push(["near miss", `${miss.id}  ${miss.match}`]);
  return list(items, screen);
}

function stageFrom({ stageFrom, flagVersion }: Explanation): string {
  return stageFrom === "flag" ? `flags ${flagVersion}` : "routes.yaml";
}

function keyText({ source, value, drawn }: NonNullable<Explanation["key"]>, bucket: number | null): string {
  const where = bucket === null ? "" : `, bucket ${bucket}`;
  return drawn ? `${source}, which this client does not have yet` : `${source} = ${value}${where}`;
}
