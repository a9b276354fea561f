import { isIP } from "node:net";

const LABELS = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/;

/** True for an address (`127.0.0.1`, `::1`) or an address range (`10.0.0.0/8`). */
export function isAddressRange(text: string): boolean {
  const slash = text.indexOf("/");
  const family = isIP(slash === -1 ? text : text.slice(0, slash));
  if (family === 0 || text.includes("%")) return false;
  if (slash === -1) return true;
  const prefix = text.slice(slash + 1);
  return /^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** True for a lower-case host name or `*.suffix`, without port or trailing dot. */
export function isHostPattern(text: string): boolean {
  return text.length <= 253 && LABELS.test(text);
}

/** True for an absolute http or https URL. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
