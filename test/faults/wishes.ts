/** What can be asked of a gateway's process from outside; each is answered with an `Inside`. */
export type Wish =
  | { readonly do: "look" }
  /** Looks, and counts delays from now on. */
  | { readonly do: "reset" }
  /** Sets the wall clock off by so much. */
  | { readonly do: "shift"; readonly ms: number }
  /** Keeps the event loop busy for so long. */
  | { readonly do: "stall"; readonly ms: number };

export interface Inside {
  /** The wall clock as the process sees it. */
  readonly now: number;
  /** How late the event loop was since the last reset. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  readonly rssMb: number;
  /** Sockets, timers and requests that keep it alive. */
  readonly resources: number;
}
