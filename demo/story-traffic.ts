import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { StoryStack } from "./story-stack.ts";

/** What clients saw. */
export interface Seen {
  readonly requests: number;
  /** Answers other than the order that was asked for, 5xx and connections that failed among them. */
  readonly errors: number;
  readonly byLegacy: number;
  readonly byFunction: number;
}

/** Requests at a time: enough to be quick, few enough to start few function processes. */
const AT_A_TIME = 4;
const order = z.object({ id: z.number(), total: z.number() });

/** Numbers of orders, one after another. */
export function ordersFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => first + n);
}

/**
 * For each order one client asks, a few at a time. With `each compared` the next few wait until the copies of the last ones
 * are compared: copies are dropped rather than queued, and here each of them counts.
 */
export async function sendOrders(
  stack: StoryStack,
  orders: readonly number[],
  copies?: "each compared",
): Promise<Seen> {
  let errors = 0;
  const before = stack.answered();
  const ask = async (id: number) => {
    const asked = fetch(`${stack.url}/api/orders/${id}`, { headers: { "x-user-id": `client-${id}` } });
    const isRight = await asked
      .then(async (response) => response.ok && order.parse(await response.json()).id === id)
      .catch(() => false);
    if (!isRight) errors += 1;
  };
  for (let next = 0; next < orders.length; next += AT_A_TIME) {
    const few = orders.slice(next, next + AT_A_TIME);
    const until = stack.shadowed() + few.length;
    await Promise.all(few.map(ask));
    if (copies !== undefined) while (stack.shadowed() < until) await pause(1);
  }
  const answeredBy = (side: "legacy" | "function") => stack.answered()[side] - before[side];
  // The gateway counts an answer when it is sent, which may be after it was read.
  while (answeredBy("legacy") + answeredBy("function") + errors < orders.length) await pause(1);
  const [byLegacy, byFunction] = [answeredBy("legacy"), answeredBy("function")];
  return { requests: orders.length, errors, byLegacy, byFunction };
}

const report = z.object({
  routes: z.array(z.object({ assessment: z.object({ pairs: z.number() }) })),
});

/** Resolves once so many pairs are kept: evidence is written about each second. */
export async function untilKept({ adminUrl }: StoryStack, pairs: number): Promise<void> {
  for (;;) {
    const response = await fetch(`${adminUrl}/api/report?routes=get-order`);
    const body: unknown = await response.json();
    if (response.ok && report.parse(body).routes[0]?.assessment.pairs === pairs) return;
    await pause(100);
  }
}
