/** Every form of a report, by the name that the command line has for it. */
export const FORM_NAMES = [
  "json",
  "html",
  "markdown",
  "summary",
  "junit",
  "github",
  "gitlab",
  "sarif",
] as const;
export type Form = (typeof FORM_NAMES)[number];
