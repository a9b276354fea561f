import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** How one request ended. */
export interface Asked {
  /** HTTP status; `cut` when the answer broke off, `lost` when there was none. */
  readonly outcome: number | "cut" | "lost";
  readonly side: string | undefined;
  /** To the end of the answer. */
  readonly ms: number;
  readonly bytes: number;
  readonly closes: boolean;
}

export interface Question {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** A connection of its own unless given. */
  readonly agent?: http.Agent;
  readonly signal?: AbortSignal;
}

/** Longer than any deadline of a gateway here: what takes this long hangs. */
const HANGS_MS = 40_000;

export function ask({ port, path, method = "GET", headers, body, agent, signal }: Question): Promise<Asked> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let bytes = 0;
    let answer: http.IncomingMessage | undefined;
    const over = (outcome: Asked["outcome"]) =>
      resolve({
        outcome,
        side: answer?.headers["x-side"]?.toString(),
        ms: performance.now() - startedAt,
        bytes,
        closes: answer?.headers.connection === "close",
      });
    const request = http.request(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        agent: agent ?? false,
        headers: { ...headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) },
        ...(signal && { signal }),
      },
      (res) => {
        answer = res;
        res.on("data", (chunk: Buffer) => (bytes += chunk.length));
        res.once("end", () => over(res.complete ? res.statusCode! : "cut"));
        res.once("error", () => over("cut"));
      },
    );
    request.setTimeout(HANGS_MS, () => request.destroy());
    request.once("error", () => over(answer === undefined ? "lost" : "cut"));
    request.end(body);
  });
}

/** What many requests came to. */
export class Tally {
  readonly all: Asked[] = [];

  add(asked: Asked): void {
    this.all.push(asked);
  }

  count(outcome: Asked["outcome"]): number {
    return this.all.filter((one) => one.outcome === outcome).length;
  }

  by(side: string): number {
    return this.all.filter((one) => one.side === side).length;
  }

  /** True when there are some, and each ended so. */
  only(...outcomes: readonly Asked["outcome"][]): boolean {
    return this.all.length > 0 && this.all.every(({ outcome }) => outcomes.includes(outcome));
  }

  /** Milliseconds that this share of them did not exceed. */
  ms(share: number): number {
    const sorted = this.all.map(({ ms }) => ms).toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  /** `120 × 200, 3 × lost`. */
  get text(): string {
    const counts = Map.groupBy(this.all, ({ outcome }) => String(outcome));
    return [...counts].map(([outcome, all]) => `${all.length} × ${outcome}`).join(", ") || "none";
  }
}

export interface Steady {
  /** So far. */
  readonly tally: Tally;
  /** Stops asking, and resolves when all answers are there. */
  readonly stop: () => Promise<Tally>;
}

/** Clients with a kept-alive connection each, which ask, think for a moment, and ask again. */
export function steadily(
  question: () => Omit<Question, "agent">,
  clients: number,
  thinkMs: number,
  tally = new Tally(),
): Steady {
  const stopping = new AbortController();
  const client = async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopping.signal.aborted) {
      tally.add(await ask({ ...question(), agent }));
      await pause(thinkMs * (0.5 + Math.random()));
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    tally,
    async stop() {
      stopping.abort();
      await all;
      return tally;
    },
  };
}

/** So many requests at a time, until so many were asked. */
export async function askMany(
  count: number,
  atATime: number,
  question: (n: number) => Question,
): Promise<Tally> {
  const tally = new Tally();
  let next = 0;
  const lane = async () => {
    while (next < count) tally.add(await ask(question(next++)));
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return tally;
}
