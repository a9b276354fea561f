import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import AjvDraft04 from "ajv-draft-04";
import { validateXML } from "xmllint-wasm";

const read = (name: string) => readFileSync(new URL(`schemas/${name}`, import.meta.url), "utf8");
const parsed = (name: string) => JSON.parse(read(name)) as object;

// Ajv knows no formats without a package of its own, and SARIF's schema has a pattern that is none with the flag u.
const options = { strict: false, validateFormats: false, allErrors: true, unicodeRegExp: false };
const validators = {
  sarif: new AjvDraft04.default(options).compile(parsed("sarif-2.1.0.schema.json")),
  gitlab: new Ajv(options).compile(parsed("gitlab-code-quality.schema.json")),
  json: new Ajv(options).compile(parsed("../../../report.schema.json")),
};

/** What a form's schema says against a document; empty for nothing. */
export function schemaProblems(form: keyof typeof validators, document: string): string[] {
  const validate = validators[form];
  validate(JSON.parse(document));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** What Jenkins' schema says against JUnit documents; empty for nothing. */
export async function junitProblems(documents: readonly string[]): Promise<string[]> {
  const { errors } = await validateXML({
    xml: documents.map((contents, n) => ({ fileName: `${n}.xml`, contents })),
    schema: read("jenkins-junit.xsd"),
    maxMemoryPages: 4_096,
  });
  return errors.map(({ rawMessage }) => rawMessage);
}

/** A workflow command as the runner understands it: actions/runner, src/Runner.Common/ActionCommand.cs. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly text: string;
}

export function commandsIn(output: string): Command[] {
  return output
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trimStart().startsWith("::"))
    .map((line) => {
      const [, name, properties = "", text] = /^\s*::([^ :]+)(?: ([^:]*))?::(.*)$/u.exec(line)!;
      const pairs = properties.split(",").map((one) => {
        const at = one.indexOf("=");
        return [one.slice(0, at), decoded(one.slice(at + 1), { "%3A": ":", "%2C": "," })] as const;
      });
      return { name: name!, properties: Object.fromEntries(pairs), text: decoded(text!, {}) };
    });
}

function decoded(text: string, more: Readonly<Record<string, string>>): string {
  const signs: Readonly<Record<string, string>> = { "%0D": "\r", "%0A": "\n", "%25": "%", ...more };
  return text.replaceAll(/%(?:0D|0A|25|3A|2C)/g, (code) => signs[code] ?? code);
}
