import { z } from "zod";
import { line } from "./shown.ts";
import { reportDocument } from "./report-document.ts";
import { ReportProblem } from "./report-problem.ts";
import type { Report } from "./report.ts";

/** Problems of one document that are told. */
const MOST_PROBLEMS = 5;

/** The whole report, as `report.schema.json` describes it; `readReport` reads it back. */
export function json(report: Report): string {
  return `${JSON.stringify(plainReport(report), null, 2)}\n`;
}

/** What `json` writes, as a value that holds nothing JSON cannot. */
export function plainReport(report: Report): object {
  return z.encode(reportDocument, report);
}

/** Reads what `json` wrote, and nothing else. Throws a ReportProblem that says what is wrong with it. */
export function readReport(text: string): Report {
  const written = parsed(text);
  const version = z.object({ schemaVersion: z.number() }).safeParse(written).data?.schemaVersion;
  if (version === undefined)
    throw new ReportProblem("this is no report: it has no schemaVersion (make one with --report json=FILE)");
  if (version !== 1)
    throw new ReportProblem(
      `this report has schemaVersion ${version}, and this release reads 1 (use the release that wrote it)`,
    );
  const read = reportDocument.safeParse(written);
  if (read.success) return read.data;
  const { issues } = read.error;
  const told = issues
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => `${line(path.join("."))}: ${line(message)}`);
  const more = issues.length > told.length ? `; and ${issues.length - told.length} more` : "";
  throw new ReportProblem(`this report is not as report.schema.json has it: ${told.join("; ")}${more}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ReportProblem(`this is no report, as it is no JSON: ${line(String(error))}`, { cause: error });
  }
}

/** The published schema of the JSON form; `report.schema.json` is its committed output. Draft 7, as all tools read. */
export function reportSchema(): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(reportDocument, {
    target: "draft-7",
    io: "input",
    reused: "ref",
    unrepresentable: "any",
  });
  return { title: "Banyan's traffic diff", ...schema };
}
