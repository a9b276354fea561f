import type { Diffs } from "../../gateway/admin/contract.ts";

export type PlaceGroup = Diffs["evidence"][number]["groups"][number];

/** One line of the tree of places. */
export interface PlaceLine {
  /** The whole place, such as `body/lines` and below. */
  readonly at: string;
  /** What it adds to the line that it stands below. */
  readonly label: string;
  readonly depth: number;
  /** What differs at this very place, most pairs first; empty for a place that only has others below it. */
  readonly groups: readonly PlaceGroup[];
  /** Of the most frequent difference here or below. */
  readonly pairs: number;
}

interface Node {
  readonly at: string;
  readonly label: string;
  readonly groups: PlaceGroup[];
  readonly below: Map<string, Node>;
}

/** Places as a tree, most frequent first; a place with one other below it and nothing of its own is one line with it. */
export function placeTree(groups: readonly PlaceGroup[]): PlaceLine[] {
  const root: Node = { at: "", label: "", groups: [], below: new Map() };
  for (const group of groups) {
    let node = root;
    for (const step of group.at.split("/")) {
      const at = node.at === "" ? step : `${node.at}/${step}`;
      let next = node.below.get(step);
      if (next === undefined)
        node.below.set(step, (next = { at, label: step, groups: [], below: new Map() }));
      node = next;
    }
    node.groups.push(group);
  }
  return linesOf(root, 0);
}

function linesOf(node: Node, depth: number): PlaceLine[] {
  return [...node.below.values()]
    .map((child) => joined(child))
    .toSorted((a, b) => most(b) - most(a) || a.at.localeCompare(b.at))
    .flatMap((child) => {
      const { at, label } = child;
      const groups = child.groups.toSorted((a, b) => b.pairs - a.pairs);
      return [{ at, label, depth, groups, pairs: most(child) }, ...linesOf(child, depth + 1)];
    });
}

function joined(node: Node): Node {
  const [only, ...others] = node.below.values();
  if (node.groups.length > 0 || only === undefined || others.length > 0) return node;
  return joined({ ...only, label: `${node.label}/${only.label}` });
}

function most({ groups, below }: Node): number {
  return Math.max(0, ...groups.map(({ pairs }) => pairs), ...[...below.values()].map(most));
}
