import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { StoreError, type EvidenceStore } from "./evidence-store.ts";
import { sampleRecord } from "./sample-record.ts";
import type { Asked, Replied, SqliteAnswer, SqliteCall } from "./sqlite-call.ts";
import type { SqliteFileOptions } from "./sqlite-file.ts";
import { sampleOf } from "./stored-sample.ts";

/** The worker as source, or next to this file once that is compiled. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./sqlite-worker.ts" : "./sqlite-worker.js",
  import.meta.url,
);

/** What is written is gone at once: V8's 48 MB for young objects would be filled, and never be given back. */
const LITTLE_YOUNG = { maxYoungGenerationSizeMb: 6 };

/** Calls that may wait for the file; a slow disk costs evidence and not memory. */
const MOST_WAITING = 64;

/** Evidence in one SQLite file, written and read by a thread of its own. The default, as it needs nothing else. */
export function sqliteStore(options: SqliteFileOptions): EvidenceStore {
  let thread: SqliteThread | undefined;
  const ask = (call: SqliteCall) => {
    if (thread === undefined)
      throw new StoreError("the evidence store was not started yet, or is closed", { mayPass: true });
    // A thread that broke down is replaced, and opens the file as a restart would.
    if (thread.isOver) thread = new SqliteThread(options);
    return thread.ask(call);
  };
  const close = async () => {
    const closing = thread;
    thread = undefined;
    await closing?.close();
  };
  return {
    async start() {
      thread ??= new SqliteThread(options);
      try {
        await ask({ do: "open" });
      } catch (error) {
        await close();
        throw error;
      }
    },
    async append({ id, at, increments, samples }) {
      await ask({ do: "append", batch: { id, at, increments, samples: samples.map(sampleRecord) } });
    },
    async summaries(query) {
      const { summaries = [] } = await ask({ do: "summaries", query });
      return summaries;
    },
    async samples(query) {
      const { samples = [] } = await ask({ do: "samples", query });
      return samples.map(sampleOf);
    },
    async forget(retention, now) {
      const { forgotten = { hours: 0, samples: 0 } } = await ask({ do: "forget", retention, now });
      return forgotten;
    },
    close,
  };
}

interface Waiting {
  readonly resolve: (answer: SqliteAnswer) => void;
  readonly reject: (error: StoreError) => void;
}

class SqliteThread {
  readonly #options: SqliteFileOptions;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  isOver = false;

  constructor(options: SqliteFileOptions) {
    this.#options = options;
    this.#worker = new Worker(WORKER, { name: "evidence", resourceLimits: LITTLE_YOUNG });
    this.#worker.on("message", (replied: Replied) => this.#settle(replied));
    this.#worker.on("error", (error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(new Error("its thread ended")));
    // It keeps the process up only while somebody waits for it.
    this.#worker.unref();
  }

  ask(call: SqliteCall): Promise<SqliteAnswer> {
    if (this.#waiting.size >= MOST_WAITING)
      return Promise.reject(new StoreError("the disk of the evidence is too slow for it", { mayPass: true }));
    return new Promise((resolve, reject) => {
      const asked: Asked = { number: (this.#asked += 1), options: this.#options, call };
      this.#waiting.set(asked.number, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(asked, []);
    });
  }

  async close(): Promise<void> {
    if (this.isOver) return;
    const ended = once(this.#worker, "exit");
    const closed = this.ask({ do: "close" });
    try {
      await closed;
      this.#worker.ref();
    } catch {
      await this.#worker.terminate();
    }
    await ended;
  }

  #settle({ number, answer }: Replied): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) this.#worker.unref();
    const { failure } = answer;
    if (failure === undefined) waiting?.resolve(answer);
    else waiting?.reject(new StoreError(failure.message, failure));
  }

  #end(cause: unknown): void {
    this.isOver = true;
    const error = new StoreError(`the evidence store broke down (${String(cause)})`, {
      cause,
      mayPass: true,
    });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
