/** Things made from settings, such as pools of connections, that live on across reloads while the settings are the same. */
export interface Kept<S, T> {
  /** The one made from these settings, now or before. */
  for(settings: S): T;
  /** Closes those that were not asked for since the last sweep. */
  sweep(): void;
  close(): void;
}

export function kept<S, T extends { close(): void }>(make: (settings: S) => T): Kept<S, T> {
  const made = new Map<string, T>();
  const used = new Set<string>();
  return {
    for(settings) {
      const key = JSON.stringify(settings);
      used.add(key);
      let one = made.get(key);
      if (one === undefined) made.set(key, (one = make(settings)));
      return one;
    },
    sweep() {
      for (const [key, one] of made) {
        if (used.has(key)) continue;
        made.delete(key);
        one.close();
      }
      used.clear();
    },
    close() {
      for (const one of made.values()) one.close();
    },
  };
}
