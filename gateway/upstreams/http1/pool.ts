import type { Clock } from "../../clock.ts";
import { Bulkhead, type Tenant, type Waiter } from "./bulkhead.ts";
import { Connection, type ConnectionUser } from "./connection.ts";
import type { Dialer } from "./dial.ts";

/** Who needs a connection, until it is done with it. */
export interface Guest extends ConnectionUser, Waiter {
  /** Has the connection from now on, which may not be ready yet. */
  begin(connection: Connection): void;
  /** Gets none: too many of its tenant wait already. */
  onTurnedAway(): void;
}

export interface PoolSettings {
  /** Connections at most. Whoever comes beyond that waits in line. */
  readonly connections: number;
  /** Milliseconds that a connection has to become ready, its TLS handshake included; as long as its request unless set. */
  readonly connectMs?: number;
  /** How long an idle connection is kept when the server does not say: less than most servers keep theirs, unless set. */
  readonly idleMs?: number;
  /** Percent of them that one tenant may hold, rounded up; all of them when absent. */
  readonly share?: number;
}

/** Most servers keep idle connections for longer. */
const IDLE_MS = 4_000;
/** The server's clock for an idle connection starts before ours does. */
const IDLE_MARGIN_MS = 1_000;

/** How fine time is told: one look at all connections instead of a timer for each request. */
const CHECK_EVERY_MS = 50;

/** Keep-alive connections to one origin, each for one request at a time. */
export class Pool {
  readonly #dialer: Dialer;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #connectMs: number;
  readonly #idleMs: number;
  readonly #bulkhead: Bulkhead<Guest>;
  readonly #all = new Set<Connection>();
  /** The one used last is used next: that keeps the fewest warm, and the others age out before the server closes them. */
  readonly #free: Connection[] = [];
  #checking: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(
    dialer: Dialer,
    { connections, share = 100, connectMs = Number.POSITIVE_INFINITY, idleMs = IDLE_MS }: PoolSettings,
    clock: Clock,
  ) {
    this.#dialer = dialer;
    this.#clock = clock;
    this.#most = connections;
    this.#bulkhead = new Bulkhead(Math.ceil((connections * share) / 100));
    this.#connectMs = connectMs;
    this.#idleMs = idleMs;
  }

  /** Gives the guest a connection, now or once one is free. */
  take(guest: Guest): void {
    const tenant = this.#bulkhead.tenantOf(guest);
    if (this.#bulkhead.isFull(tenant)) return this.#queue(guest, tenant);
    const nowMs = this.#clock.elapsed();
    let connection = this.#free.pop();
    // One that has just ended and could not yet say so, or that nobody looked at in time.
    while (connection !== undefined && (connection.socket.destroyed || connection.idleUntilMs <= nowMs)) {
      connection.destroy();
      connection = this.#free.pop();
    }
    if (connection !== undefined) this.#lend(connection, guest, tenant);
    else if (this.#all.size < this.#most) this.open(guest);
    else this.#queue(guest, tenant);
  }

  /** Gives the guest a connection that nobody has used before. */
  open(guest: Guest): void {
    const connection = new Connection(this.#dialer, () => this.#gone(connection));
    connection.lateMs = this.#clock.elapsed() + this.#connectMs;
    this.#all.add(connection);
    this.#checking ??= setInterval(() => this.#lookAround(), CHECK_EVERY_MS).unref();
    this.#lend(connection, guest, this.#bulkhead.tenantOf(guest));
  }

  /** Takes back a connection whose answer is through; `idleMs` is how long the server says it keeps it, if it says. */
  release(connection: Connection, idleMs: number | null): void {
    connection.user = null;
    connection.reused = true;
    this.#unlend(connection);
    const next = this.#bulkhead.next();
    if (next !== undefined) return this.#lend(connection, next, this.#bulkhead.tenantOf(next));
    const keepMs = idleMs === null ? this.#idleMs : idleMs - IDLE_MARGIN_MS;
    if (this.#closing || keepMs <= 0) return connection.destroy();
    connection.idleUntilMs = this.#clock.elapsed() + keepMs;
    this.#free.push(connection);
  }

  /** Lets go of idle connections, and of the others as they become idle. */
  close(): void {
    this.#closing = true;
    for (const connection of this.#free) connection.destroy();
  }

  #lend(connection: Connection, guest: Guest, tenant: Tenant<Guest>): void {
    connection.user = guest;
    connection.tenant = tenant;
    tenant.held += 1;
    guest.begin(connection);
  }

  #unlend(connection: Connection): void {
    if (connection.tenant !== null) connection.tenant.held -= 1;
    connection.tenant = null;
  }

  #queue(guest: Guest, tenant: Tenant<Guest>): void {
    if (!this.#bulkhead.queue(guest, tenant)) guest.onTurnedAway();
  }

  #gone(connection: Connection): void {
    this.#all.delete(connection);
    this.#unlend(connection);
    const at = this.#free.indexOf(connection);
    if (at !== -1) this.#free.splice(at, 1);
    const next = this.#all.size < this.#most ? this.#bulkhead.next() : undefined;
    if (next !== undefined) return this.open(next);
    if (this.#all.size > 0) return;
    clearInterval(this.#checking);
    this.#checking = undefined;
  }

  /** After a standstill, timers run first: what had arrived by now is read before anybody is told that it is late. */
  #lookAround(): void {
    const nowMs = this.#clock.elapsed();
    setImmediate(() => this.#check(nowMs));
  }

  #check(nowMs: number): void {
    for (const connection of this.#all) {
      if (!connection.ready && connection.lateMs <= nowMs) connection.giveUp();
      if (connection.user !== null) connection.user.check(nowMs);
      else if (connection.idleUntilMs <= nowMs) connection.destroy();
    }
    this.#bulkhead.check(nowMs);
  }
}
