import { createHash, type Hash } from "node:crypto";
import type { Line } from "./lines.ts";
import { auditContent, type AuditContent } from "./record.ts";
import { GENESIS, isCutOff, unseal, type ChainHead, type SealedLine } from "./sealed-line.ts";

/** What a log proves. */
export interface AuditVerdict {
  /** True when every record is as it was written, and in its place. */
  readonly holds: boolean;
  /** The first line that is wrong, and how; null when the chain holds. */
  readonly broken: { readonly line: number; readonly what: string } | null;
  /** Records up to there. */
  readonly records: number;
  /** The newest of them. */
  readonly head: ChainHead;
  /** Lines that an interrupted write left behind. Nobody was told that they were written. */
  readonly cutOffLines: number;
  /** Records whose time is before that of the record they follow: some clock was set back. */
  readonly timesBackwards: number;
  /** What people should know all the same. */
  readonly notes: readonly string[];
}

/** What can tell that the end of a log is missing. */
export interface Anchors {
  /** What the head file says; null when there is none. */
  readonly noted: ChainHead | null;
  /** The hash of a record that must be there; null for none. */
  readonly expectHead: string | null;
}

/** Lines that are no records, and that the next record has to account for. */
interface Pending {
  readonly line: number;
  readonly damage: string;
  readonly hash: Hash;
  lines: number;
}

/** Follows the chain through the lines of a log, in their order, up to the first that is wrong. */
export class ChainCheck {
  readonly #anchors: Anchors;
  #head: ChainHead = GENESIS;
  #line = 0;
  #records = 0;
  #at = "";
  #pending: Pending | null = null;
  #broken: AuditVerdict["broken"] = null;
  #cutOffLines = 0;
  #timesBackwards = 0;
  #anchored: boolean;

  constructor(anchors: Anchors) {
    this.#anchors = anchors;
    this.#anchored = anchors.expectHead === null || anchors.expectHead === GENESIS.hash;
  }

  /** False once the chain is broken: nothing after it can be said. */
  take({ number, bytes, length }: Line): boolean {
    this.#line = number;
    const read = unseal(bytes);
    if (length > bytes.length) this.#broken = { line: number, what: "this is no record" };
    else if ("damage" in read) this.#broken = this.#wait(bytes, read.damage);
    else this.#broken = this.#follow(read);
    return this.#broken === null;
  }

  verdict(): AuditVerdict {
    const broken = this.#broken ?? this.#atEnd();
    return {
      holds: broken === null,
      broken,
      records: this.#records,
      head: this.#head,
      cutOffLines: this.#cutOffLines + (this.#pending?.lines ?? 0),
      timesBackwards: this.#timesBackwards,
      notes: broken === null ? this.#notes() : [],
    };
  }

  #wait(bytes: Buffer, damage: string): AuditVerdict["broken"] {
    if (!isCutOff(bytes)) return this.#pendingBreak() ?? { line: this.#line, what: damage };
    this.#pending ??= { line: this.#line, damage, hash: createHash("sha256"), lines: 0 };
    this.#pending.hash.update(bytes).update("\n");
    this.#pending.lines += 1;
    return null;
  }

  #follow(read: SealedLine): AuditVerdict["broken"] {
    const gap = gapOf(read);
    if (this.#pending !== null) {
      // Only an interrupted write of a record that nobody was told of may stand here.
      if (gap?.sha256 !== this.#pending.hash.digest("hex") || gap.lost !== null) return this.#pendingBreak();
      this.#cutOffLines += this.#pending.lines;
      this.#pending = null;
    } else if (gap !== null && gap.bytes > 0) {
      return this.#here("the cut-off line that this record speaks of is gone");
    }
    const what = misplaced(read, this.#head) ?? this.#unlike(read) ?? (gap && lossIn(gap));
    if (what !== null) return this.#here(what);
    if (read.at < this.#at) this.#timesBackwards += 1;
    if (read.hash === this.#anchors.expectHead) this.#anchored = true;
    this.#at = read.at;
    this.#head = { seq: read.seq, hash: read.hash };
    this.#records += 1;
    return null;
  }

  #unlike({ seq, hash }: SealedLine): string | null {
    const { noted } = this.#anchors;
    if (noted === null || seq !== noted.seq || hash === noted.hash) return null;
    return "this is another record than the head file names: the log was rewritten";
  }

  /** What the end shows, when all lines are good. */
  #atEnd(): AuditVerdict["broken"] {
    const { noted, expectHead } = this.#anchors;
    const { seq } = this.#head;
    if (noted !== null && noted.seq > seq) {
      const what = `the log ends after record ${seq}, but record ${noted.seq} had been written`;
      return this.#pendingBreak() ?? { line: this.#line + 1, what };
    }
    if (this.#anchored) return null;
    const what = `no record has the hash ${expectHead}: the log was cut off before it, or rewritten`;
    return { line: this.#line + 1, what };
  }

  #notes(): string[] {
    const { noted } = this.#anchors;
    const { seq } = this.#head;
    const notes: string[] = [];
    if (this.#pending !== null)
      notes.push("the last line is not finished: it was cut off, or is being written");
    if (noted === null && seq > 0)
      notes.push("there is no head file: records missing at the end would not be noticed");
    if (noted !== null && noted.seq < seq)
      notes.push(
        `the head file is at record ${noted.seq}: newer ones missing at the end would not be noticed`,
      );
    if (this.#timesBackwards > 0)
      notes.push(`a clock was set back: ${this.#timesBackwards} records are older than the one before them`);
    return notes;
  }

  #here(what: string): AuditVerdict["broken"] {
    return { line: this.#line, what };
  }

  #pendingBreak(): AuditVerdict["broken"] {
    return this.#pending && { line: this.#pending.line, what: this.#pending.damage };
  }
}

type Gap = Extract<AuditContent, { kind: "gap" }>;

function gapOf({ record }: SealedLine): Gap | null {
  const content = auditContent.safeParse(record).data;
  return content?.kind === "gap" ? content : null;
}

function misplaced({ seq, prev }: SealedLine, head: ChainHead): string | null {
  if (seq <= head.seq)
    return `record ${seq} follows record ${head.seq}: a line was repeated, moved or put in`;
  if (seq > head.seq + 1) return `record ${seq} follows record ${head.seq}: what was between them is gone`;
  return prev === head.hash
    ? null
    : `record ${seq} was written after another record ${head.seq} than this one`;
}

function lossIn({ lost }: Gap): string | null {
  return lost && `record ${lost.seq} had been written, and was gone when this one was`;
}
