import { createHash } from "node:crypto";
import { z } from "zod";
import { auditLink, type AuditContent, type AuditLink } from "./record.ts";

/** What the first record follows. */
export const GENESIS = { seq: 0, hash: "0".repeat(64) } as const;

/** How long a line may be, without its newline. */
export const MAX_LINE_BYTES = 256 * 1024;

/** A place in the chain: a record's number and hash. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** A line that is as it was written. */
export interface SealedLine extends AuditLink {
  readonly hash: string;
  /** Everything it says; of a kind that a later version may have added. */
  readonly record: unknown;
}

const SEAL_BYTES = `,"hash":"${GENESIS.hash}"}`.length;
const SEAL = /^,"hash":"([0-9a-f]{64})"\}$/;
const sealedRecord = z.looseObject(auditLink.shape);
/** How every record begins. */
const BEGINNING = '{"seq":';

/**
 * A record as one line, without its newline: JSON that ends with the SHA-256 of itself without that last field. Anybody
 * can check it: `sed 's/,"hash":"[0-9a-f]*"}$/}/' | tr -d '\n' | sha256sum`.
 */
export function seal(link: AuditLink, content: AuditContent): { line: string; head: ChainHead } {
  const { seq, at, gateway, prev } = link;
  const body = harmless(JSON.stringify({ seq, at, ...content, gateway, prev }));
  const hash = createHash("sha256").update(body).digest("hex");
  return { line: `${body.slice(0, -1)},"hash":"${hash}"}`, head: { seq, hash } };
}

/** A line read back; in words why not, when it is not as it was written. */
export function unseal(line: Buffer): SealedLine | { readonly damage: string } {
  const at = line.length - SEAL_BYTES;
  const [, hash] = at < 0 ? [] : (SEAL.exec(line.toString("latin1", at)) ?? []);
  if (hash === undefined || line.length > MAX_LINE_BYTES) return { damage: "this is no record" };
  if (createHash("sha256").update(line.subarray(0, at)).update("}").digest("hex") !== hash)
    return { damage: "this record was changed: its hash is another" };
  const link = sealedRecord.safeParse(parsed(line));
  if (!link.success) return { damage: "this is no record" };
  const { seq, at: time, gateway, prev } = link.data;
  return { seq, at: time, gateway, prev, hash, record: link.data };
}

/** True for what an interrupted write can leave behind: the beginning of a record, or zeros after a power cut. */
export function isCutOff(line: Buffer): boolean {
  const text = line.toString("latin1", 0, BEGINNING.length).replaceAll("\0", "");
  return BEGINNING.startsWith(text);
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return null;
  }
}

/** JSON in which a terminal finds nothing to obey. */
function harmless(json: string): string {
  return json.replace(/[\x7f-\x9f\u2028\u2029\p{Cf}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      return `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
}
