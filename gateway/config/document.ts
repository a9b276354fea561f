import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Alias, Document, Pair } from "yaml";
import { interpolate } from "./interpolate.ts";
import type { Variables } from "./interpolate.ts";
import type { Problem } from "./problem.ts";
import { severityOf } from "./rules.ts";
import type { RuleId } from "./rules.ts";
import { syntaxProblems } from "./yaml-syntax.ts";
import { excessOf, MAX_DEPTH } from "./yaml-bounds.ts";

/** Where a value stands: keys and indexes from the top. */
export type Path = readonly PropertyKey[];

/** A configuration file as plain data that remembers where everything was written. */
export interface ConfigDocument {
  /** With variables filled in; undefined when the file is not worth a look beyond `problems`. */
  readonly value: unknown;
  /** As it was written: shows `${NAME}` where a value may be a secret. */
  readonly written: unknown;
  readonly problems: readonly Problem[];
  /** A problem at a path's value, or at its key; at what encloses it when there is no such path. */
  problemAt(path: Path, rule: RuleId, message: string, hint: string, at?: "key" | "value"): Problem;
  lineOf(path: Path): number;
  fromVariable(path: Path): boolean;
  /** True when a problem at this very path was found while reading. */
  broken(path: Path): boolean;
}

const MAX_VALUES = 200_000;
const MAX_ALIASES = 100;

/** Offsets of a key and of what stands behind it. */
interface Place {
  readonly key: number | null;
  readonly value: number | null;
}

/** Reads YAML 1.2 into plain data, within bounds of size, depth and aliases, with every problem on the way. */
export function readDocument(text: string, file: string, variables: Variables): ConfigDocument {
  return new Reading(text, file, variables);
}

class Reading implements ConfigDocument {
  readonly value: unknown;
  readonly written: unknown;
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #variables: Variables;
  readonly #lines = new LineCounter();
  readonly #places = new Map<string, Place>();
  readonly #fromVariables = new Set<string>();
  readonly #broken = new Set<string>();
  #document: Document | undefined;
  #values = 0;
  #aliases = 0;
  #unusable = false;

  constructor(text: string, file: string, variables: Variables) {
    this.#file = file;
    this.#variables = variables;
    const excess = excessOf(text);
    if (excess !== null) this.#report([], "BYN1001", excess, "remove what is not needed");
    else [this.value, this.written] = this.#parse(text);
  }

  problemAt(path: Path, rule: RuleId, message: string, hint: string, at: "key" | "value" = "value"): Problem {
    return this.#problem(this.#offsetAt(path, at), path, rule, message, hint);
  }

  lineOf(path: Path): number {
    return this.#positionOf(this.#offsetAt(path, "key")).line;
  }

  fromVariable(path: Path): boolean {
    return this.#fromVariables.has(keyOf(path));
  }

  broken(path: Path): boolean {
    return this.#broken.has(keyOf(path));
  }

  #parse(text: string): [unknown, unknown] {
    // The parser's own check for unique keys compares each with each; ours does not.
    const options = { prettyErrors: false, uniqueKeys: false, schema: "core" };
    const document = parseDocument(text, { ...options, lineCounter: this.#lines });
    this.#document = document;
    for (const { text: message, hint, offset } of syntaxProblems(document, text)) {
      this.problems.push(this.#problem(offset, [], "BYN1002", message, hint));
    }
    if (this.problems.length > 0) return [undefined, undefined];
    const data = this.#data(document.contents, []);
    return this.#unusable ? [undefined, undefined] : data;
  }

  /** A node's value and how it was written. */
  #data(node: unknown, path: Path): [unknown, unknown] {
    this.#values += 1;
    if (this.#values > MAX_VALUES || path.length > MAX_DEPTH) return this.#tooMuch(path);
    if (isAlias(node)) return this.#alias(node, path);
    if (isMap(node)) return this.#map(node.items, path);
    if (isSeq(node)) return this.#list(node.items, path);
    return isScalar(node) ? this.#scalar(node.value, path) : [null, null];
  }

  #alias(alias: Alias, path: Path): [unknown, unknown] {
    this.#aliases += 1;
    if (this.#aliases > MAX_ALIASES) return this.#tooMuch(path);
    const target = this.#document === undefined ? undefined : alias.resolve(this.#document);
    if (target !== undefined) return this.#data(target, path);
    const hint = "write the value, or mark it above with `&`";
    this.#report(path, "BYN1002", "this alias stands for nothing", hint);
    this.#unusable = true;
    return [undefined, undefined];
  }

  #list(items: readonly unknown[], path: Path): [unknown[], unknown[]] {
    const values: unknown[] = [];
    const written: unknown[] = [];
    for (const [index, item] of items.entries()) {
      const itemPath = [...path, index];
      this.#places.set(keyOf(itemPath), { key: null, value: offsetOf(item) });
      const [value, shown] = this.#data(item, itemPath);
      values.push(value);
      written.push(shown);
    }
    return [values, written];
  }

  #map(pairs: readonly Pair[], path: Path): [object, object] {
    const values = new Map<string, unknown>();
    const written = new Map<string, unknown>();
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "?";
      const keyPath = [...path, key];
      if (values.has(key)) {
        const message = `\`${key}\` is written twice`;
        const offset = offsetOf(pair.key) ?? 0;
        this.problems.push(this.#problem(offset, keyPath, "BYN1003", message, "remove one of the two"));
        continue;
      }
      const empty = pair.value === null || (isScalar(pair.value) && pair.value.value === null);
      this.#places.set(keyOf(keyPath), {
        key: offsetOf(pair.key),
        value: empty ? null : offsetOf(pair.value),
      });
      const [value, shown] = this.#data(pair.value, keyPath);
      values.set(key, value);
      written.set(key, shown);
    }
    // Unlike assignment, this makes even `__proto__` a plain key.
    return [Object.fromEntries(values), Object.fromEntries(written)];
  }

  #scalar(value: unknown, path: Path): [unknown, unknown] {
    if (typeof value !== "string" || !value.includes("${")) return [value, value];
    const filled = interpolate(value, this.#variables);
    if ("problem" in filled) {
      this.#broken.add(keyOf(path));
      this.#report(path, "BYN1007", filled.problem, filled.hint);
      return [value, value];
    }
    if (filled.usedVariables) this.#fromVariables.add(keyOf(path));
    return [filled.text, value];
  }

  #tooMuch(path: Path): [unknown, unknown] {
    if (!this.#unusable) {
      this.#report(path, "BYN1001", "the file holds too much", "write fewer values and aliases");
    }
    this.#unusable = true;
    return [undefined, undefined];
  }

  #report(path: Path, rule: RuleId, message: string, hint: string): void {
    this.problems.push(this.problemAt(path, rule, message, hint));
  }

  /** The offset of a path, or of the key of what would enclose it. */
  #offsetAt(path: Path, at: "key" | "value"): number {
    const own = this.#places.get(keyOf(path));
    const offset = (at === "key" ? own?.key : own?.value) ?? own?.key ?? own?.value;
    if (offset !== undefined && offset !== null) return offset;
    return path.length === 0 ? 0 : this.#offsetAt(path.slice(0, -1), "key");
  }

  #positionOf(offset: number): { line: number; col: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), col: Math.max(col, 1) };
  }

  #problem(offset: number, path: Path, rule: RuleId, message: string, hint: string): Problem {
    const at = path.map(String).join(".");
    return {
      file: this.#file,
      ...this.#positionOf(offset),
      message,
      hint,
      rule,
      severity: severityOf(rule),
      at,
    };
  }
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function keyOf(path: Path): string {
  return path.map(String).join("\0");
}
