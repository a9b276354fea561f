import { readFileSync, writeFileSync } from "node:fs";

/** What goes on around a gateway while it is soaked, each in its turn; counts what it did. */
export interface Disturbances {
  readonly done: Readonly<Record<string, number>>;
  stop(): void;
}

interface Place {
  readonly adminPort: number;
  readonly functionsUrl: string;
  readonly configFile: string;
}

const FLIPPED = ["get-product", "product-image", "search-catalogue", "get-order", "get-basket", "checkout"];
const LADDER: readonly { readonly stage: string; readonly percent?: number }[] = [
  { stage: "shadow" },
  { stage: "canary", percent: 25 },
  { stage: "cutover" },
  { stage: "legacy" },
];

export function disturbances({ adminPort, functionsUrl, configFile }: Place): Disturbances {
  const admin = `http://127.0.0.1:${adminPort}`;
  const config = readFileSync(configFile, "utf8");
  const done: Record<string, number> = {};
  const listeners = new Set<AbortController>();
  const turns: [everyMs: number, name: string, act: (n: number) => Promise<boolean>][] = [
    [3_000, "flips", (n) => posted(`${admin}/api/flip`, flipOf(n))],
    [
      10_000,
      "reloads",
      (n) => {
        writeFileSync(configFile, config.replace("timeout: 10s", `timeout: ${9 + (n % 2)}s`));
        return Promise.resolve(true);
      },
    ],
    [7_000, "faults of functions", (n) => posted(`${functionsUrl}/local/functions/get-order`, faultOf(n))],
    [5_000, "looks at status and report", () => looked(admin)],
    [4_000, "listeners to events", () => listened(admin, listeners)],
  ];
  const count = (name: string) => void (done[name] = (done[name] ?? 0) + 1);
  const timers = turns.map(([everyMs, name, act]) => {
    let n = 0;
    const turn = () =>
      void act(n++).then(
        (good) => count(good ? name : `${name}, refused`),
        (error: unknown) => count(`${name}, failed: ${String(error)}`),
      );
    return setInterval(turn, everyMs);
  });
  return {
    done,
    stop() {
      for (const timer of timers) clearInterval(timer);
      for (const listener of listeners) listener.abort();
    },
  };
}

function flipOf(n: number): object {
  const rung = LADDER[Math.floor(n / FLIPPED.length) % LADDER.length]!;
  return { route: FLIPPED[n % FLIPPED.length], ...rung, force: true, reason: "soak" };
}

function faultOf(n: number): object {
  return [
    { fail: { reset: "halfway", times: 3 } },
    { fail: { status: 500, times: 3 } },
    { fail: { reset: "before", times: 3 } },
    { killProcesses: true },
  ][n % 4]!;
}

async function posted(url: string, body: object): Promise<boolean> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  await answer.arrayBuffer();
  return answer.ok;
}

async function looked(admin: string): Promise<boolean> {
  const answers = await Promise.all(
    ["status", "report", "diffs"].map(async (what) => {
      const answer = await fetch(`${admin}/api/${what}`);
      await answer.arrayBuffer();
      return answer.ok;
    }),
  );
  return answers.every(Boolean);
}

/** Up to five at once; the oldest leaves. */
async function listened(admin: string, listeners: Set<AbortController>): Promise<boolean> {
  const listener = new AbortController();
  listeners.add(listener);
  const answer = await fetch(`${admin}/api/events`, { signal: listener.signal });
  void answer.arrayBuffer().catch(() => undefined);
  const [oldest] = listeners;
  if (listeners.size > 5 && oldest !== undefined) {
    listeners.delete(oldest);
    oldest.abort();
  }
  return answer.ok;
}
