/** Something that has bytes to write. */
export interface Sender {
  /** Writes them; never throws. */
  sendNow(): void;
}

let waiting: Sender[] = [];

/**
 * Has it send once all that came in this turn of the event loop was read. Bytes that are written one after the other find
 * their readers awake; one write between two reads finds them asleep again, and waking them costs more than the write
 * (docs/performance.md).
 */
export function sendSoon(sender: Sender): void {
  if (waiting.push(sender) === 1) setImmediate(sendAll);
}

function sendAll(): void {
  const all = waiting;
  waiting = [];
  for (const sender of all) sender.sendNow();
}
