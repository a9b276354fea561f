/** Whoever of a tenant comes beyond that is turned away: one that hangs must not fill `limits.requests` (5,000) alone. */
const MOST_WAITING = 1_000;

/** Who waits for a connection. */
export interface Waiter {
  /** Whose share of the connections it takes; empty for nobody's, whose line has no end. */
  readonly tenant: string;
  /** True once it needs none any more. */
  readonly over: boolean;
  /** Looks at the time (monotonic milliseconds). */
  check(nowMs: number): void;
}

/** Who has a share of the connections: a route, or a lane of requests that none matches. */
export interface Tenant<W> {
  /** Connections that are in use for it. */
  held: number;
  waiting: W[];
}

/**
 * Keeps one tenant from taking all connections. None gets more than its share, even while nobody else wants one: a
 * connection on which a request hangs could not be had back for whoever comes next.
 */
export class Bulkhead<W extends Waiter> {
  readonly #share: number;
  /** As many as there are routes, and lanes. */
  readonly #tenants = new Map<string, Tenant<W>>();
  /** Those for whom somebody waits, in turn. */
  readonly #lines: Tenant<W>[] = [];

  /** `share`: connections that one tenant may hold. */
  constructor(share: number) {
    this.#share = share;
  }

  tenantOf({ tenant: name }: W): Tenant<W> {
    let tenant = this.#tenants.get(name);
    if (tenant === undefined) this.#tenants.set(name, (tenant = { held: 0, waiting: [] }));
    return tenant;
  }

  /** True when it has all that it may have. */
  isFull({ held }: Tenant<W>): boolean {
    return held >= this.#share;
  }

  /** Puts the waiter at the end of its tenant's line; false when that is too long already. */
  queue(waiter: W, tenant: Tenant<W>): boolean {
    if (waiter.tenant !== "" && tenant.waiting.length >= MOST_WAITING) return false;
    if (tenant.waiting.length === 0) this.#lines.push(tenant);
    tenant.waiting.push(waiter);
    return true;
  }

  /** Whose turn it is to get a connection: tenants take turns, and one that is full passes. */
  next(): W | undefined {
    for (let turns = this.#lines.length; turns > 0; turns--) {
      const tenant = this.#lines.shift()!;
      const waiter = this.isFull(tenant) ? undefined : firstOf(tenant.waiting);
      if (tenant.waiting.length > 0) this.#lines.push(tenant);
      if (waiter !== undefined) return waiter;
    }
    return undefined;
  }

  /** Tells those that wait what time it is, and lets go of those that wait no longer. */
  check(nowMs: number): void {
    for (let turns = this.#lines.length; turns > 0; turns--) {
      const tenant = this.#lines.shift()!;
      for (const waiter of tenant.waiting) waiter.check(nowMs);
      tenant.waiting = tenant.waiting.filter(({ over }) => !over);
      if (tenant.waiting.length > 0) this.#lines.push(tenant);
    }
  }
}

function firstOf<W extends Waiter>(waiting: W[]): W | undefined {
  let first = waiting.shift();
  while (first?.over) first = waiting.shift();
  return first;
}
