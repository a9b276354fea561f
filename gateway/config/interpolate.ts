/** Environment variables, however they came here. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A text with its variables filled in, or why that cannot be done. */
export type Interpolated =
  | { readonly text: string; readonly usedVariables: boolean }
  | { readonly problem: string; readonly hint: string };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Fills in `${VAR}`, `${VAR:-default}` and `${VAR:?message}`, as a shell would; `$${` stands for a plain `${`. What is
 * filled in is never looked at again, so a variable's value cannot name another variable.
 */
export function interpolate(text: string, variables: Variables): Interpolated {
  let result = "";
  let copied = 0;
  let usedVariables = false;
  for (let open = text.indexOf("${"); open !== -1; open = text.indexOf("${", copied)) {
    if (text[open - 1] === "$" && open > copied) {
      result += `${text.slice(copied, open - 1)}\${`;
      copied = open + 2;
      continue;
    }
    const close = text.indexOf("}", open);
    if (close === -1)
      return { problem: "`${` is never closed", hint: "add `}`, or write `$${` for a plain `${`" };
    const value = valueOf(text.slice(open + 2, close), variables);
    if (typeof value !== "string") return value;
    result += text.slice(copied, open) + value;
    copied = close + 1;
    usedVariables = true;
  }
  return { text: result + text.slice(copied), usedVariables };
}

function valueOf(expression: string, variables: Variables): string | { problem: string; hint: string } {
  const colon = expression.indexOf(":");
  const name = colon === -1 ? expression : expression.slice(0, colon);
  const operator = colon === -1 ? "" : expression.slice(colon, colon + 2);
  const operand = expression.slice(name.length + operator.length);
  if (operand.includes("${")) {
    return { problem: "variables cannot be nested", hint: "use a plain text as the default" };
  }
  if (!NAME.test(name) || !["", ":-", ":?"].includes(operator)) {
    return {
      problem: `\`\${${expression}}\` names no variable`,
      hint: "write ${VAR}, ${VAR:-default} or ${VAR:?message}; `$${` is a plain `${`",
    };
  }
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (operator === "" && value !== undefined) return value;
  if (value !== undefined && value !== "") return value;
  if (operator === ":-") return operand;
  const problem = operator === ":?" && operand !== "" ? operand : `the variable ${name} is not set`;
  return { problem, hint: `set ${name}, or write \${${name}:-default}` };
}
