import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { COMMENT_BYTES, markdown, SUMMARY_BYTES } from "./markdown.ts";
import type { Form } from "./form-names.ts";
import type { Report } from "./report.ts";
import { sarif } from "./sarif.ts";

/** Every form of a report. Pure: equal reports, equal bytes. */
export const FORMS = {
  json,
  html,
  markdown: (report) => markdown(report, { maxBytes: COMMENT_BYTES }),
  summary: (report) => markdown(report, { maxBytes: SUMMARY_BYTES }),
  junit,
  github,
  gitlab,
  sarif,
} as const satisfies Readonly<Record<Form, (report: Report) => string>>;
