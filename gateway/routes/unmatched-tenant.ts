/** Few enough that nobody can make up many, enough that two busy endpoints seldom share one. */
const LANES = 64;

/** No route's id has a slash. */
const NAMES = Array.from({ length: LANES }, (_, lane) => `/${lane}`);

/** As much of a segment as counts. */
const MOST_BYTES = 32;

const SLASH = 0x2f;
const QUERY = 0x3f;

/**
 * On whose account an unmatched request takes a connection: requests with the same first segment of their path (`/reports`,
 * `/api`) share one of 64 lanes. The first alone, because ids stand behind it, and an endpoint must not have a lane for each.
 */
export function unmatchedTenant(target: string): string {
  let hash = 0;
  const end = Math.min(target.length, MOST_BYTES + 1);
  for (let i = 1; i < end; i++) {
    const code = target.charCodeAt(i);
    if (code === SLASH || code === QUERY) break;
    hash = (hash * 31 + code) | 0;
  }
  return NAMES[(hash >>> 0) % LANES]!;
}
