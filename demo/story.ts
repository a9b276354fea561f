import { startStoryStack } from "./story-stack.ts";
import { narrator } from "./story-narrator.ts";
import { ordersFrom, sendOrders, untilKept } from "./story-traffic.ts";

/**
 * `banyan demo`: one route from shadow to canary and back, with everything real: monolith, functions, gateway, command
 * line, traffic. Argument: the main file of the command line. Ends with 0 when the story went as it is told, 1 when it did
 * not, 130 after Ctrl-C. Whoever forked it gets what was seen as a message.
 */

const [, , main = ""] = process.argv;
/** Eleven of them, the last among them, have a discount that version 1 rounds wrongly. */
const DRIFTING = ordersFrom(2437, 280);
const ALL_KINDS = ordersFrom(1001, 800);
const CLIENTS = ordersFrom(1001, 200);

const starting = startStoryStack();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
{
  await using stack = await starting;
  const told = narrator(stack, main);

  told.say("A monolith answers everything. One of its endpoints is a function now, which gets copies first.");
  await told.banyan(0, "flip", "get-order", "shadow", "--reason", "first step");
  const most = await sendOrders(stack, DRIFTING.slice(0, -1), "each compared");
  await untilKept(stack, DRIFTING.length - 1);
  // By itself, so that it is always this one that is shown as the newest example.
  told.saw(most, await sendOrders(stack, DRIFTING.slice(-1), "each compared"));
  await untilKept(stack, DRIFTING.length);

  told.say("Clients noticed nothing. Does the function answer as the monolith does?");
  await told.banyan(0, "diffs", "get-order");
  await told.banyan(1, "can-i-cutover", "get-order");

  told.say("The function is mended, and its alias moved to the new version.");
  await told.lambda({ alias: { live: "2" } });
  told.saw(await sendOrders(stack, ALL_KINDS, "each compared"));
  await untilKept(stack, ALL_KINDS.length);
  await told.banyan(0, "can-i-cutover", "get-order");

  told.say("A quarter of the clients moves to the function.");
  await told.banyan(0, "promote", "get-order", "--percent", "25", "--reason", "a quarter");
  told.saw(await sendOrders(stack, CLIENTS));

  told.say("Somebody kills the function. The breaker opens, and the monolith answers for it.");
  await told.lambda({ killProcesses: true, reservedConcurrency: 0 });
  told.saw(await sendOrders(stack, CLIENTS));
  await told.banyan(0, "health");
  await told.banyan(0, "status", "|", "grep function");

  told.say("Back, with one command.");
  await told.banyan(0, "rollback", "get-order", "--reason", "the function is down");
  told.saw(await sendOrders(stack, CLIENTS));

  const { requests, errors, surprises } = told.seen();
  told.say(`${requests.toLocaleString("en")} requests; clients saw ${errors} errors.`);
  process.exitCode = surprises === 0 && errors === 0 ? 0 : 1;
  process.send?.(told.seen());
}

/** The parts are ended as at the end of the story, wherever it is. */
async function stop(): Promise<void> {
  const stack = await starting;
  await stack[Symbol.asyncDispose]();
  process.exit(130);
}
