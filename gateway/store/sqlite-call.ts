import type { EvidenceQuery, Increment, Retention, SampleQuery, Summary } from "./evidence-store.ts";
import type { SampleRecord } from "./sample-record.ts";
import type { SqliteFileOptions } from "./sqlite-file.ts";

/** A batch whose samples are ready to be stored. */
export interface ReadyBatch {
  readonly id: string;
  readonly at: number;
  readonly increments: readonly Increment[];
  readonly samples: readonly SampleRecord[];
}

/** What is read of a sample. */
export type StoredSample = Pick<SampleRecord, "document" | "bodies">;

/** What the thread of a SQLite file is asked to do. */
export type SqliteCall =
  | { readonly do: "open" }
  | { readonly do: "append"; readonly batch: ReadyBatch }
  | { readonly do: "summaries"; readonly query: EvidenceQuery }
  | { readonly do: "samples"; readonly query: SampleQuery }
  | { readonly do: "forget"; readonly retention: Retention; readonly now: number }
  | { readonly do: "close" };

/** What came of it; only what was asked for is set. */
export interface SqliteAnswer {
  readonly summaries?: readonly Summary[];
  readonly samples?: readonly StoredSample[];
  readonly forgotten?: { readonly hours: number; readonly samples: number };
  readonly failure?: { readonly message: string; readonly mayPass: boolean };
}

/** Calls and answers as they pass between the threads; the number says which answer is whose. */
export interface Asked {
  readonly number: number;
  readonly options: SqliteFileOptions;
  readonly call: SqliteCall;
}
export interface Replied {
  readonly number: number;
  readonly answer: SqliteAnswer;
}
