import { useEffect, useState } from "preact/hooks";

/** A value that parts of the page look at together. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls at every change until the returned function is called. */
  subscribe(changed: () => void): () => void;
}

export function store<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const changed of listeners) changed();
    },
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

/** The value now; the component is drawn again whenever it changes. */
export function useStore<T>(store: Store<T>): T {
  const [value, take] = useState({ now: store.get() });
  useEffect(() => {
    const changed = () => take({ now: store.get() });
    // What changed between drawing and listening would be missed otherwise.
    changed();
    return store.subscribe(changed);
  }, [store]);
  return value.now;
}
