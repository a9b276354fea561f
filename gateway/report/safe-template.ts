/** Text that is safe in its form as it is, because a template made it. */
export class SafeText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | SafeText | readonly SafeText[];
type Template = (literals: TemplateStringsArray, ...values: readonly Value[]) => SafeText;

/**
 * The one place where a form makes text of strangers safe: whatever is put into such a template is escaped, unless it came
 * out of one.
 */
export function safeTemplate(escape: (text: string) => string): Template {
  const safe = (value: Value): string => {
    if (value instanceof SafeText) return value.text;
    if (typeof value === "object") return value.map(({ text }) => text).join("");
    return escape(String(value));
  };
  return (literals, ...values) =>
    new SafeText(literals.map((literal, n) => (n === 0 ? literal : safe(values[n - 1]!) + literal)).join(""));
}
