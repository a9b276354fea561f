/** A route that a routes.yaml may begin with. */
export interface ProposedRoute {
  readonly id: string;
  readonly method: string;
  /** Path template as routes.yaml has it. */
  readonly path: string;
  /** One line for people; empty for none. Comes from outside, so it is made visible when it is written. */
  readonly note: string;
}

export interface Proposal {
  readonly routes: readonly ProposedRoute[];
  /** What was met and makes no route, and why; a line each. */
  readonly leftOut: readonly string[];
}

/** What was met, before it has an id and is known to be the only one of its kind. */
export interface Candidate {
  readonly method: string;
  readonly path: string;
  readonly note: string;
  /** What the id is made of; the method and the path when empty. */
  readonly name: string;
}
