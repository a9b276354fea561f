import type { Report } from "../../gateway/report/report.ts";
import { json } from "../../gateway/report/json.ts";

/** Text that some reader of some form would take for more than text. */
export const HOSTILE: Readonly<Record<string, string>> = {
  script: "</script></style></title><script>globalThis.wasRun=1</script>",
  image: `"'><img src=x onerror="globalThis.wasRun=1"><svg/onload=globalThis.wasRun=1>`,
  link: "[a](javascript:globalThis.wasRun=1) <a href='javascript:alert(1)'>b</a> http://127.0.0.1:9/x",
  cdata: "]]> <![CDATA[ <!-- --> &amp; &lt; &#0; &x; <?php ?> <!DOCTYPE x>",
  control: "\u0000\u0001\u0008\u000b\u000c\u001f\u007f\u0085\u009b31m",
  ansi: "\u001b[2J\u001b]8;;http://x\u0007click\u001b]8;;\u0007",
  surrogate: "\ud800 \udc00\ud800 a\udfff",
  noncharacter: "\ufffe\uffff\u{1fffe}",
  bidi: "\u202eabc\u2066\u200b\ufeff\u2028\u2029",
  command: "x\n::error::injected\r\n::set-env name=A::b\n##[error]y\n%0A::stop-commands::z",
  table: "a | b \\| c\n| --- |\n\\|",
  markdown: "# h\n```\n**b** _i_ ~~s~~ `c` ``` ![i](x) <details open> </code></details> :tada: $x$ [^1]",
  mention: "@octocat #123 GH-1 owner/repo#4 octocat@example.org www.example.org",
  formula: `=HYPERLINK("x","y") +1 -1 @SUM(A1)`,
  prototype: "__proto__",
  long: "<&]]>".repeat(200_000),
};

type Path = readonly (string | number)[];

/** Every place of a report where any text may stand, bodies included. */
export function textPlaces(report: Report): Path[] {
  return placesIn(report, []).filter((path) => {
    try {
      json(withText(report, path, "any text"));
      return true;
    } catch {
      return false;
    }
  });
}

/** The report with that text in that place. */
export function withText(report: Report, path: Path, text: string): Report {
  return replaced(report, path, text) as Report;
}

function placesIn(value: unknown, path: Path): Path[] {
  if (typeof value === "string" || Buffer.isBuffer(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((one, n) => placesIn(one, [...path, n]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]));
}

function replaced(value: unknown, path: Path, text: string): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return Buffer.isBuffer(value) ? Buffer.from(text) : text;
  // A body is as long as it is, or forms say that it was cut.
  if (step === "bytes")
    return { ...(value as object), bytes: Buffer.from(text), length: Buffer.byteLength(text) };
  if (Array.isArray(value))
    return value.map((one, n) => (n === step ? replaced(one, rest, text) : (one as unknown)));
  const record = value as Readonly<Record<string, unknown>>;
  return { ...record, [step]: replaced(record[step], rest, text) };
}

/** The report with that text for the name of a reason in each of its tallies. */
export function withReason(report: Report, reason: string): Report {
  const left = Object.fromEntries([[reason, 1]]);
  return { ...report, left, routes: report.routes.map((route) => ({ ...route, left })) };
}
