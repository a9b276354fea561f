import { align } from "./align.ts";
import type { Findings } from "./findings.ts";
import type { MarkupNode } from "./markup-tree.ts";
import type { Pair } from "./pairing.ts";
import { escapeStep, type PlaceRules } from "./places.ts";
import type { Work } from "./work.ts";

/** Compares two documents by structure: elements in order, attributes in any. `place` are the rules of the whole body. */
export function compareMarkup(
  primary: MarkupNode,
  candidate: MarkupNode,
  place: PlaceRules,
  findings: Findings,
  work: Work,
): void {
  new MarkupWalk(primary.source > candidate.source, findings, work).nodes(primary, candidate, "body", place);
}

class MarkupWalk {
  readonly #findings: Findings;
  readonly #work: Work;
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<MarkupNode, number>();
  readonly #isTurned: boolean;

  constructor(isTurned: boolean, findings: Findings, work: Work) {
    this.#isTurned = isTurned;
    this.#findings = findings;
    this.#work = work;
  }

  nodes(p: MarkupNode, c: MarkupNode, at: string, rules: PlaceRules): void {
    this.#work.spend(1);
    this.#findings.texts(at, rules, p.text, c.text);
    for (const name of new Set([...p.attributes.keys(), ...c.attributes.keys()])) {
      const [a, b] = [p.attributes.get(name) ?? null, c.attributes.get(name) ?? null];
      this.#findings.texts(`${at}/@${escapeStep(name)}`, rules.below(`@${name}`), a, b);
    }
    this.#children(p, c, at, rules);
  }

  #children(p: MarkupNode, c: MarkupNode, at: string, rules: PlaceRules): void {
    const [ours, theirs] = [p.children, c.children];
    const side = { primary: ours, candidate: theirs };
    const { pairs, isReordered } = align(
      {
        primaryCount: ours.length,
        candidateCount: theirs.length,
        isTurned: this.#isTurned,
        isSame: (n, m) => this.#identity(ours[n]!) === this.#identity(theirs[m]!),
        identity: (of, n) => this.#identity(side[of][n]!),
        parts: (of, n) => this.#parts(side[of][n]!),
      },
      this.#work,
    );
    if (isReordered) return this.#findings.add(at, rules, "order", namesOf(ours), namesOf(theirs));
    const steps = { primary: stepsOf(ours), candidate: stepsOf(theirs) };
    for (const pair of pairs) {
      if (!pair.isSame) this.#pair(pair, side, steps, at, rules);
    }
  }

  #pair(
    { primary, candidate }: Pair,
    side: Record<"primary" | "candidate", readonly MarkupNode[]>,
    steps: Record<"primary" | "candidate", readonly Step[]>,
    at: string,
    rules: PlaceRules,
  ): void {
    const [p, c] = [side.primary[primary], side.candidate[candidate]];
    const below = ([name, nth]: Step) => rules.below(name).below(nth);
    const placeOf = ([name, nth]: Step) => `${at}/${escapeStep(name)}/${nth}`;
    const [ours, theirs] = [steps.primary[primary], steps.candidate[candidate]];
    if (p && c && p.name === c.name) return this.nodes(p, c, placeOf(ours!), below(ours!));
    // An element in place of another is one that is gone and one that came.
    if (p) this.#findings.add(placeOf(ours!), below(ours!), "missing", p.source, null);
    if (c) this.#findings.add(placeOf(theirs!), below(theirs!), "extra", null, c.source);
  }

  /** A number that two nodes share exactly when nothing in them differs. */
  #identity(node: MarkupNode): number {
    let number = this.#known.get(node);
    if (number === undefined) {
      this.#work.spend(1);
      const attributes = [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1));
      const children = node.children.map((child) => this.#identity(child));
      number = this.#number(JSON.stringify([node.name, node.text, attributes, children]));
      this.#known.set(node, number);
    }
    return number;
  }

  #parts(node: MarkupNode): number[] {
    const attributes = [...node.attributes].map((attribute) => this.#number(JSON.stringify(attribute)));
    return [...attributes, ...node.children.map((child) => this.#identity(child))];
  }

  #number(key: string): number {
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }
}

/** How a place names a child: its name, and the how manieth of that name it is. */
type Step = readonly [name: string, nth: string];

function stepsOf(children: readonly MarkupNode[]): Step[] {
  const seen = new Map<string, number>();
  return children.map(({ name }) => {
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    return [name, String(nth)];
  });
}

function namesOf(children: readonly MarkupNode[]): string {
  return children.map(({ name, text }) => (text === "" ? name : text)).join(" ");
}
