import type { Status } from "../../gateway/admin/status-contract.ts";
import { eventsIn } from "../api/event-stream.ts";
import { operator } from "../api/operator.ts";
import { ApiProblem } from "../api/problem.ts";
import { send } from "../api/request.ts";
import { store } from "../store.ts";
import { remember } from "./traffic-history.ts";

/** What is known of the gateway now. */
export interface LiveStatus {
  /** Null until it was read once. */
  readonly status: Status | null;
  /** How changes come here; `lost` when the last attempt failed, and `status` is what was known before. */
  readonly by: "events" | "polling" | "lost";
  readonly problem: ApiProblem | null;
}

export const liveStatus = store<LiveStatus>({ status: null, by: "polling", problem: null });

/** Without events the status is read as often as this, and with them as often as that even if none comes. */
const POLL_MS = 2_000;
const POLL_BESIDE_EVENTS_MS = 15_000;
/** Events come in bursts. */
const LEAST_GAP_MS = 1_000;
/** A gateway of thousands of routes takes long to tell, and is to have rest in between. */
const REST_PER_READING = 10;
const RECONNECT_MS = 5_000;

let streaming = false;
let tookMs = 0;
let reading: Promise<void> | null = null;
/** Whether something changed since the last reading began. */
let isDue = false;
let wake = () => {};

/** Reads the status now; shared by all who ask meanwhile. Never rejects. */
export function refresh(): Promise<void> {
  reading ??= readOnce().finally(() => (reading = null));
  return reading;
}

/** Keeps the status up to date for as long as the page is there. */
export function follow(): void {
  void followEvents();
  void poll();
}

async function readOnce(): Promise<void> {
  const startedAt = performance.now();
  try {
    const status = await operator.status();
    remember(status);
    liveStatus.set({ status, by: streaming ? "events" : "polling", problem: null });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    liveStatus.set({ ...liveStatus.get(), by: "lost", problem: error });
  }
  tookMs = performance.now() - startedAt;
}

async function poll(): Promise<never> {
  for (;;) {
    await whenVisible();
    isDue = false;
    await refresh();
    await pause(Math.max(LEAST_GAP_MS, REST_PER_READING * tookMs));
    if (isDue) continue;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    await Promise.race([woken, pause((streaming ? POLL_BESIDE_EVENTS_MS : POLL_MS) - LEAST_GAP_MS)]);
  }
}

/** An event says that something is new, not what: the status does, in one piece. */
async function followEvents(): Promise<void> {
  for (;;) {
    await whenVisible();
    try {
      const { body } = await send("/api/events", { headers: { accept: "text/event-stream" } });
      streaming = true;
      for await (const _event of eventsIn(body!)) changed();
    } catch (error) {
      // A gateway that knows no events will know none later.
      if (error instanceof ApiProblem && error.status === 404) return;
    }
    streaming = false;
    changed();
    await pause(RECONNECT_MS);
  }
}

function changed(): void {
  isDue = true;
  wake();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

/** A page that nobody looks at asks for nothing. */
function whenVisible(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) =>
    document.addEventListener("visibilitychange", () => resolve(), { once: true }),
  );
}
