import type { CorpusEntry, CorpusItem } from "./corpus.ts";

/** What is known of a route: its id, and the methods it takes; null means any. */
export interface CoveredRoute {
  readonly id: string;
  readonly methods: readonly string[] | null;
}

export interface RouteCoverage {
  readonly route: string;
  readonly requests: number;
  /** Method → requests. Declared ones that were not met are there with 0. */
  readonly methods: ReadonlyMap<string, number>;
  /** Status → answers. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Classes of statuses of which there is no answer. */
  readonly missedClasses: readonly StatusClass[];
  /** Requests of which nobody knows the answer. */
  readonly unanswered: number;
}

export interface CoverageTable {
  /** In the order of the table of routes. */
  readonly routes: readonly RouteCoverage[];
  /** Requests of no route of the table. */
  readonly elsewhere: number;
}

const STATUS_CLASSES = ["2xx", "3xx", "4xx", "5xx"] as const;
export type StatusClass = (typeof STATUS_CLASSES)[number];

/** Methods that are told apart on a route that takes any; clients make up as many as they like. */
const MAX_METHODS = 20;
const OTHER_METHODS = "other";

/** Counts which routes, methods and statuses a corpus reaches. As large as the table of routes, however large the corpus is. */
export class Coverage {
  readonly #counted: ReadonlyMap<string, Counted>;
  readonly #routeOf: (entry: CorpusEntry) => string | null;
  #elsewhere = 0;

  /** `routeOf` finds the route of an entry that does not say it itself. */
  constructor(routes: readonly CoveredRoute[], routeOf: (entry: CorpusEntry) => string | null = () => null) {
    this.#routeOf = routeOf;
    this.#counted = new Map(routes.map(({ id, methods }) => [id, new Counted(methods ?? [])]));
  }

  add(entry: CorpusEntry): void {
    const counted = this.#counted.get(entry.route ?? this.#routeOf(entry) ?? "");
    if (counted === undefined) this.#elsewhere += 1;
    else counted.add(entry);
  }

  table(): CoverageTable {
    const routes = [...this.#counted].map(([route, counted]) => ({ route, ...counted.coverage() }));
    return { routes, elsewhere: this.#elsewhere };
  }
}

/** The coverage of everything that is read. */
export async function coverageOf(
  items: AsyncIterable<CorpusItem>,
  routes: readonly CoveredRoute[],
  routeOf?: (entry: CorpusEntry) => string | null,
): Promise<CoverageTable> {
  const coverage = new Coverage(routes, routeOf);
  for await (const item of items) if (item.kind === "entry") coverage.add(item.entry);
  return coverage.table();
}

class Counted {
  readonly #methods: Map<string, number>;
  readonly #statuses = new Map<number, number>();
  #requests = 0;
  #unanswered = 0;

  constructor(methods: readonly string[]) {
    this.#methods = new Map(methods.map((method) => [method, 0]));
  }

  add({ request, answer }: CorpusEntry): void {
    this.#requests += 1;
    const isKnown = this.#methods.has(request.method) || this.#methods.size < MAX_METHODS;
    const method = isKnown ? request.method : OTHER_METHODS;
    this.#methods.set(method, (this.#methods.get(method) ?? 0) + 1);
    if (answer === null) this.#unanswered += 1;
    else this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
  }

  coverage(): Omit<RouteCoverage, "route"> {
    const met = new Set([...this.#statuses.keys()].map((status) => `${Math.floor(status / 100)}xx`));
    return {
      requests: this.#requests,
      methods: new Map(this.#methods),
      statuses: new Map([...this.#statuses].toSorted(([a], [b]) => a - b)),
      missedClasses: STATUS_CLASSES.filter((name) => !met.has(name)),
      unanswered: this.#unanswered,
    };
  }
}
