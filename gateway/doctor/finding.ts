/** What one check found. */
export interface Finding {
  /** Stable, for machines: `legacy`, `function get-order`. */
  readonly name: string;
  /** `wrong`: it will not work like this. `unreachable`: something that is needed does not answer. `note`: worth knowing. */
  readonly outcome: "ok" | "note" | "wrong" | "unreachable";
  readonly says: string;
  /** What to do about it; null for nothing. */
  readonly next: string | null;
}

export const ok = (name: string, says: string): Finding => ({ name, outcome: "ok", says, next: null });

export const note = (name: string, says: string, next: string): Finding => {
  return { name, outcome: "note", says, next };
};

export const wrong = (name: string, says: string, next: string): Finding => {
  return { name, outcome: "wrong", says, next };
};

export const unreachable = (name: string, says: string, next: string): Finding => {
  return { name, outcome: "unreachable", says, next };
};
